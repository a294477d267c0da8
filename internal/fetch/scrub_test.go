package fetch

import "testing"

func TestScrubFindsWhatIsEscaped(t *testing.T) {
	var s Scrubber
	s.Add(`pa/ss&w<o>r d!"\+한`)
	for _, written := range []string{
		`pa/ss&w<o>r d!"\+한`,
		`pa%2Fss%26w%3Co%3Er+d%21%22%5C%2B%ED%95%9C`,   // a query
		`pa%2fss%26w%3co%3er%20d!%22%5c%2b%ed%95%9c`,   // lower case, as some servers do
		`pa/ss&amp;w&lt;o&gt;r d!&quot;\+한`,            // a page
		`pa&#x2F;ss&#38;w&#060;o&#62;r d!&#34;&#92;+한`, // another
		`pa\/ss&w<o>r d!\"\\+\ud55c`,                   // a script
		`pa/ss\u0026w\u003co\u003Er d!\u0022\\+한`,      // another
	} {
		if got := s.Scrub("a " + written + " b"); got != "a "+Redacted+" b" {
			t.Errorf("%s is left as %s", written, got)
		}
	}
	for _, other := range []string{"", "pa", `pa/ss&w<o>r d!"\+`, "100 % + & \\ &amp; \\u00 %2", "pa%2"} {
		if got := s.Scrub(other); got != other {
			t.Errorf("%q became %q", other, got)
		}
	}
}
