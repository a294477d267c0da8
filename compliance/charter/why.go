package charter

import "slices"

// whys are the rules that a [Why] can name, each with the figures that its text needs.
func whys() [][]string {
	return [][]string{
		// Days of service, and of pages.
		{"days_served", "n", "ratio"},
		{"days_missed", "n", "of", "long", "what"},
		{"days_unknown", "n", "of", "ratio"},
		{"coverage_low", "ratio", "floor", "what"},
		{"month_not_over", "at"},
		{"closed_all_month"},
		{"no_site"},
		{"no_named_site", "what"},

		// Work and outages.
		{"work_in_time", "n"}, {"work_late", "n", "of"}, {"work_unclear", "n", "of"}, {"work_pending", "n", "at"}, {"work_none", "ratio"},
		{"boards_unread", "ratio", "floor", "what"},
		{"no_board", "what"},
		{"recovery_in_time", "n"}, {"recovery_late", "n", "of"}, {"recovery_unclear", "n", "of"}, {"recovery_pending", "n", "at"}, {"recovery_none", "ratio"},
		{"restoration_in_time", "n"}, {"restoration_late", "n", "of", "long"}, {"restoration_unclear", "n", "of"}, {"restoration_pending", "n", "at"}, {"restoration_none", "ratio"},

		// Pages.
		{"page_there", "n", "ratio"}, {"page_away", "n", "of", "what"},
		{"words_there", "n", "ratio"}, {"words_away", "n", "of", "what"},
		{"page_days_unknown", "n", "of", "what"},
		{"pages_fresh", "n"}, {"pages_stale", "n", "of", "what"}, {"pages_unclear", "n", "of"}, {"pages_pending", "n", "at"},
		{"pages_unseen", "ratio", "floor", "what"},
		{"no_page", "what"},
		{"no_words_page", "what"},

		// Cases and calls.
		{"cases_in_time", "n"}, {"cases_late", "n", "of"}, {"cases_unclear", "n", "of"}, {"cases_pending", "n", "at"}, {"cases_none"},
		{"share_reached", "n", "of", "ratio", "floor"}, {"share_missed", "n", "of", "ratio", "floor"}, {"share_unclear", "n", "of", "ratio", "floor"},
		{"calls_none"},
		{"delays_told", "n"}, {"delays_untold", "n", "of"}, {"delays_unclear", "n", "of"}, {"delays_none"},
		{"register_gaps", "n", "of", "what"},
		{"no_register"},

		// Attestations and records.
		{"attested", "at", "what"}, {"attestation_ends", "at", "what"}, {"attestation_lapsed", "at"}, {"attested_later", "at"}, {"never_attested"},
		{"yearly_done", "at", "what"}, {"yearly_later", "n"}, {"yearly_due", "at"}, {"yearly_missing", "n"},
		{"none_known", "n", "of"}, {"incidents_known", "n"}, {"incidents_on_record", "n"}, {"sources_missing", "n", "of"}, {"month_record_early", "at"}, {"no_month_record"},

		// The watch floor, and the monitor's own reports.
		{"watches_kept", "n"}, {"watches_missed", "n", "of"}, {"watches_pending", "n", "at"}, {"watches_none"},
		{"roster_since", "at"},
		{"no_roster"},
		{"report_published", "at", "what"}, {"report_due", "at", "what"}, {"report_unsigned", "what"}, {"report_unpublished", "what"}, {"report_unproved", "what"},
		{"no_report", "what"},

		{"not_observed"},
	}
}

// Whys lists the rules that a [Why] can name.
func Whys() []string {
	var out []string
	for _, w := range whys() {
		out = append(out, w[0])
	}
	return out
}

// Args are the names and values, in turn, of what the rule's text needs: n and of are numbers,
// ratio and floor a [compliance.Ratio], at a time, long a duration, what a text. Whoever renders
// them puts them into words of the reader's language and zone.
func (w Why) Args() []any {
	i := slices.IndexFunc(whys(), func(x []string) bool { return x[0] == w.Rule })
	if i < 0 {
		return nil
	}
	values := map[string]any{"n": w.N, "of": w.Of, "ratio": w.Ratio, "floor": w.Floor, "at": w.At, "long": w.Long, "what": w.What}
	var out []any
	for _, name := range whys()[i][1:] {
		out = append(out, name, values[name])
	}
	return out
}

// OccasionWhys lists the names that an occasion's Why can have, besides those of
// [compliance.Obligation] that the engine itself finds.
func OccasionWhys() []string {
	return []string{
		"served", "not_served", "not_seen", "perhaps_over",
		"in_time", "late", "not_done", "not_done_yet", "record_too_old", "calendar_ends", "other_channel", "channel_unknown", "told", "not_told",
		"page_there", "page_away", "page_unseen", "words_missing", "in_date", "stale", "not_updated_yet", "not_seen_updated", "age_unknown",
	}
}
