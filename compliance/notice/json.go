package notice

import (
	"encoding/json"
	"fmt"
	"time"
)

type windowJSON struct {
	Start time.Time  `json:"start"`
	End   *time.Time `json:"end"`
}

// MarshalJSON writes the instants in the notice's zone; an open end is null.
func (w Window) MarshalJSON() ([]byte, error) {
	return json.Marshal(windowJSON{w.Start, orNil(w.End)})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (w *Window) UnmarshalJSON(b []byte) error {
	var j windowJSON
	if err := json.Unmarshal(b, &j); err != nil {
		return fmt.Errorf("window: %w", err)
	}
	*w = Window{Start: j.Start, End: orZero(j.End)}
	return nil
}

type ruleJSON struct {
	Freq     string     `json:"freq"`
	Weekdays []int      `json:"weekdays,omitempty"`
	Week     int        `json:"week,omitempty"`
	MonthDay int        `json:"month_day,omitempty"`
	Month    int        `json:"month,omitempty"`
	From     int        `json:"from"`
	To       int        `json:"to"`
	Zone     string     `json:"zone,omitempty"`
	Since    *time.Time `json:"since,omitempty"`
	Until    *time.Time `json:"until,omitempty"`
}

// MarshalJSON writes the rule; days that were not said are left out.
func (r Rule) MarshalJSON() ([]byte, error) {
	return json.Marshal(ruleJSON{r.Freq, r.Weekdays, r.Week, r.MonthDay, r.Month, r.From, r.To, r.Zone, orNil(r.Since), orNil(r.Until)})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (r *Rule) UnmarshalJSON(b []byte) error {
	var j ruleJSON
	if err := json.Unmarshal(b, &j); err != nil {
		return fmt.Errorf("rule: %w", err)
	}
	*r = Rule{j.Freq, j.Weekdays, j.Week, j.MonthDay, j.Month, j.From, j.To, j.Zone, orZero(j.Since), orZero(j.Until)}
	return nil
}

type spanJSON struct {
	What string `json:"what"`
	From int    `json:"from"`
	To   int    `json:"to"`
}

type readingJSON struct {
	Kind        Kind       `json:"kind"`
	State       State      `json:"state"`
	Type        Type       `json:"type,omitempty"`
	Windows     []Window   `json:"windows"`
	Replaced    []Window   `json:"replaced,omitempty"`
	Rules       []Rule     `json:"rules,omitempty"`
	ETA         *time.Time `json:"eta"`
	Confidence  float64    `json:"confidence"`
	NeedsReview bool       `json:"needs_review"`
	Problems    []Problem  `json:"problems"`
	Spans       []spanJSON `json:"spans,omitempty"`
}

// MarshalJSON writes a reading: windows and problems are never null, eta is null when not
// said.
func (r Reading) MarshalJSON() ([]byte, error) {
	j := readingJSON{r.Kind, r.State, r.Type, r.Windows, r.Replaced, r.Rules, orNil(r.ETA), r.Confidence, r.NeedsReview, r.Problems, nil}
	if j.Windows == nil {
		j.Windows = []Window{}
	}
	if j.Problems == nil {
		j.Problems = []Problem{}
	}
	for _, s := range r.Spans {
		j.Spans = append(j.Spans, spanJSON(s))
	}
	return json.Marshal(j)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (r *Reading) UnmarshalJSON(b []byte) error {
	var j readingJSON
	if err := json.Unmarshal(b, &j); err != nil {
		return fmt.Errorf("reading: %w", err)
	}
	*r = Reading{j.Kind, j.State, j.Type, j.Windows, j.Replaced, j.Rules, orZero(j.ETA), j.Confidence, j.NeedsReview, j.Problems, nil}
	for _, s := range j.Spans {
		r.Spans = append(r.Spans, Span(s))
	}
	return nil
}

func orNil(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}
