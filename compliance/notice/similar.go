package notice

// Version names the rules by which Read reads. (Being written.)
const Version = "notice/1"

// Similar compares titles. (Being written.)
func Similar(a, b string) float64 { return 0 }
