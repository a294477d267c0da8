package scanners

// Mask replaces what may be personal data by asterisks and says how many pieces it found. (Being written.)
func Mask(text string) (string, int) { return text, 0 }
