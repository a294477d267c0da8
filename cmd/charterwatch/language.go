package main

import (
	"slices"
	"strings"

	"github.com/charterwatch/charterwatch/internal/messages"
)

// languageOf decides which language to speak: what --lang says, else CHARTERWATCH_LANG, else
// the locale. settled is false when none of them names a language there are texts in: English
// it is then, until a configuration says better.
func languageOf(flag string, getenv func(string) string) (lang string, settled bool, err error) {
	lang, settled = locale(getenv)
	for _, x := range []struct{ from, lang string }{{"--lang", flag}, {"CHARTERWATCH_LANG", getenv("CHARTERWATCH_LANG")}} {
		if x.lang == "" {
			continue
		}
		if !slices.Contains(messages.Languages(), x.lang) {
			return lang, settled, usageError{messages.New("cli.lang.unknown", "from", x.from, "value", quoted(x.lang), "languages", messages.Languages())}
		}
		return x.lang, true, nil
	}
	return lang, settled, nil
}

// locale reads the language from the environment as POSIX has it: the first variable that
// is set decides. C and languages there are no texts in decide nothing.
func locale(getenv func(string) string) (lang string, ok bool) {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := getenv(name); v != "" {
			lang = strings.ToLower(v)
			break
		}
	}
	if i := strings.IndexAny(lang, "_.@-"); i >= 0 {
		lang = lang[:i]
	}
	if slices.Contains(messages.Languages(), lang) {
		return lang, true
	}
	return "en", false
}

// takeLang takes --lang out of a command line, wherever it stands: it belongs to all
// commands, and what is wrong with the rest must be said in the language it names.
func takeLang(args []string) (lang string, rest []string, err error) {
	for i := 0; i < len(args); i++ {
		name, value, given := strings.Cut(args[i], "=")
		switch {
		case args[i] == "--":
			return lang, append(rest, args[i:]...), nil
		case name != "--lang" && name != "-lang":
			rest = append(rest, args[i])
			continue
		case !given && i+1 < len(args):
			i++
			value = args[i]
		}
		if value == "" {
			return "", rest, usageError{messages.New("cli.lang.missing", "languages", messages.Languages())}
		}
		lang = value
	}
	return lang, rest, nil
}
