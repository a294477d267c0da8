package main

import (
	"context"
	"flag"
	"fmt"
	"strings"
	"time"

	"github.com/charterwatch/charterwatch/compliance"
	"github.com/charterwatch/charterwatch/compliance/calendar"
	"github.com/charterwatch/charterwatch/compliance/charter"
	"github.com/charterwatch/charterwatch/config"
	"github.com/charterwatch/charterwatch/internal/messages"
)

// charterCommand shows the charter, checks a file of one, or writes out the one that comes with
// the program.
func charterCommand(_ context.Context, args []string, t *terminal) error {
	if len(args) == 0 {
		return wrongUsage(charterShowUsage, charterCheckUsage, charterExportUsage)
	}
	switch args[0] {
	case "show":
		return t.showCharter(args[1:])
	case "check":
		return t.checkCharter(args[1:])
	case "export":
		if _, err := t.parse(flag.NewFlagSet("charter export", flag.ContinueOnError), args[1:], charterExportUsage, 0); err != nil {
			return err
		}
		fmt.Fprint(t.out, config.ShippedCharter())
		return nil
	}
	return wrongUsage(charterShowUsage, charterCheckUsage, charterExportUsage)
}

// showCharter lists the clauses and how each is verified.
func (t *terminal) showCharter(args []string) error {
	fs := flag.NewFlagSet("charter show", flag.ContinueOnError)
	path := fs.String("config", "", t.text("cli.flag.charter_config"))
	if _, err := t.parse(fs, args, charterShowUsage, 0); err != nil {
		return err
	}
	var c charter.Charter
	if *path == "" {
		shipped, err := config.LoadCharter("")
		if err != nil {
			return err
		}
		c = shipped
	} else {
		l, _, err := build(*path)
		if err != nil {
			return err
		}
		t.learn(l.File)
		c = l.Charter
	}
	today := calendar.DateOf(time.Now(), time.Local)
	var rows table
	rows.row(t.text("cli.charter.id"), t.text("cli.charter.title"), t.text("cli.charter.by"), t.text("cli.charter.how"))
	for _, cl := range c.Clauses {
		for i, r := range cl.Version(today).Requires {
			id, title := string(cl.ID), t.named(cl.Title)
			if i > 0 {
				id, title = "", ""
			}
			how := t.speech.Say(messages.Named("report.method", string(r.Method)))
			if terms := config.DescribeTerms(r); terms != "" {
				how += " (" + terms + ")"
			}
			rows.row(id, title, t.speech.Say(messages.Named("report.basis", string(r.Basis))), how)
		}
	}
	rows.print(t.out)
	return nil
}

// named is a name in the terminal's language, or in the other if it has none there.
func (t *terminal) named(n compliance.Name) string {
	if t.speech.Lang() == "en" && n.EN != "" || n.KO == "" {
		return n.EN
	}
	return n.KO
}

// checkCharter says all that is wrong with a charter's file.
func (t *terminal) checkCharter(args []string) error {
	words, err := t.parse(flag.NewFlagSet("charter check", flag.ContinueOnError), args, charterCheckUsage, 1)
	if err != nil {
		return err
	}
	if strings.TrimSpace(words[0]) == "" {
		return wrongUsage(charterCheckUsage)
	}
	c, err := config.LoadCharter(words[0])
	if err != nil {
		return err
	}
	t.line("cli.charter.ok", "file", words[0], "clauses", len(c.Clauses), "sentences", len(c.Sentences), "digest", c.SHA256())
	return nil
}
