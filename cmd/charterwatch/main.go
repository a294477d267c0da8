// Command charterwatch watches over the promises that an organisation has published.
//
//	charterwatch serve --config FILE          watch, alert, serve the dashboard
//	charterwatch demo [--dir DIR]             the same against a simulated association on loopback
//	charterwatch config check FILE            say all that is wrong with a file, and what it will need
//	charterwatch config schema                print its JSON Schema, for editors
//	charterwatch probe --config FILE SITE/CHECK   look once and show what was seen
//	charterwatch store backup|check --dir DIR     copy or verify the embedded database
//	charterwatch token new|list|revoke --dir DIR  manage API tokens
//	charterwatch ledger verify|prove|key|checkpoint|rotate|recover --dir DIR
//	                                          check what was sealed, prove it, look after the key
//	charterwatch evidence export|erase|hold|release|holds --dir DIR
//	                                          hand out evidence, erase it, keep it from being erased
//	charterwatch verify FILE --key PUBLIC     check a file of evidence with nothing but itself
//	charterwatch notice parse|lint            read a maintenance notice, or check a draft of one
//	charterwatch notice declare               tell a running monitor of maintenance ahead of its notice
//	charterwatch alert test RECEIVER          send a marked message by all channels of a receiver
//	charterwatch alert preview                show what a message would say
//	charterwatch charter show|check|export    list the clauses, check a file of them, write out the shipped one
//	charterwatch version
//
// It speaks Korean and English: --lang, CHARTERWATCH_LANG, the locale or the configuration's
// first language decide, in this order. Its logs are in English whatever they say.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	_ "time/tzdata" // the charter's calendar must not depend on the machine

	"github.com/charterwatch/charterwatch/internal/messages"
)

// version is set when a release is linked.
var version = "dev"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	t := &terminal{in: os.Stdin, out: os.Stdout, errs: os.Stderr}
	err := run(ctx, os.Args[1:], t)
	stop()
	if err != nil {
		os.Exit(t.fail(err))
	}
}

// How each command is written. What stands in capitals is for the user to fill in.
const (
	serveUsage   = "serve --config FILE"
	demoUsage    = "demo [--dir DIR] [--listen ADDRESS] [--history MONTHS]"
	checkUsage   = "config check FILE"
	schemaUsage  = "config schema"
	probeUsage   = "probe --config FILE SITE/CHECK"
	backupUsage  = "store backup --dir DIR TO"
	verifyUsage  = "store check --dir DIR"
	newUsage     = "token new --dir DIR --name NAME --role ROLE"
	listUsage    = "token list --dir DIR"
	revokeUsage  = "token revoke --dir DIR ID"
	versionUsage = "version"

	ledgerVerifyUsage     = "ledger verify --dir DIR [--keys FILE] [--kept FILE]"
	ledgerProveUsage      = "ledger prove --dir DIR [--out DIR] ID"
	ledgerKeyUsage        = "ledger key --dir DIR"
	ledgerCheckpointUsage = "ledger checkpoint --dir DIR"
	ledgerRotateUsage     = "ledger rotate --dir DIR"
	ledgerRecoverUsage    = "ledger recover --dir DIR --why WHY"
	evidenceExportUsage   = "evidence export --dir DIR --month MONTH --out FILE"
	evidenceEraseUsage    = "evidence erase --dir DIR --id ID --why WHY"
	evidenceHoldUsage     = "evidence hold --dir DIR --id ID --why WHY"
	evidenceReleaseUsage  = "evidence release --dir DIR --id ID --why WHY"
	evidenceHoldsUsage    = "evidence holds --dir DIR"
	verifyFileUsage       = "verify [--key PUBLIC | --keys FILE] [--recompute] FILE"
	reportUsage           = "report --config FILE --month MONTH [--out DIR]"

	noticeParseUsage = "notice parse --posted DATE --title TITLE"
	noticeLintUsage  = "notice lint --site SITE --window WINDOW"

	alertTestUsage    = "alert test --config FILE RECEIVER"
	alertPreviewUsage = "alert preview --config FILE [--rule RULE]"

	charterShowUsage   = "charter show [--config FILE]"
	charterCheckUsage  = "charter check FILE"
	charterExportUsage = "charter export"

	noticeDeclareUsage = "notice declare --site SITE --window WINDOW --why WHY"
)

func (t *terminal) help() {
	t.line("cli.help")
	fmt.Fprintln(t.out)
	var commands table
	command := func(synopsis, what string) { commands.row("  charterwatch "+synopsis, what) }
	command(serveUsage, t.text("cli.help.serve"))
	command(demoUsage, t.text("cli.help.demo"))
	command(checkUsage, t.text("cli.help.config_check"))
	command(schemaUsage, t.text("cli.help.config_schema"))
	command(probeUsage, t.text("cli.help.probe"))
	command(backupUsage, t.text("cli.help.store_backup"))
	command(verifyUsage, t.text("cli.help.store_check"))
	command(newUsage, t.text("cli.help.token_new"))
	command(listUsage, t.text("cli.help.token_list"))
	command(revokeUsage, t.text("cli.help.token_revoke"))
	command(ledgerVerifyUsage, t.text("cli.help.ledger_verify"))
	command(ledgerProveUsage, t.text("cli.help.ledger_prove"))
	command(ledgerKeyUsage, t.text("cli.help.ledger_key"))
	command(ledgerCheckpointUsage, t.text("cli.help.ledger_checkpoint"))
	command(ledgerRotateUsage, t.text("cli.help.ledger_rotate"))
	command(ledgerRecoverUsage, t.text("cli.help.ledger_recover"))
	command(evidenceExportUsage, t.text("cli.help.evidence_export"))
	command(evidenceEraseUsage, t.text("cli.help.evidence_erase"))
	command(evidenceHoldUsage, t.text("cli.help.evidence_hold"))
	command(evidenceReleaseUsage, t.text("cli.help.evidence_release"))
	command(evidenceHoldsUsage, t.text("cli.help.evidence_holds"))
	command(reportUsage, t.text("cli.help.report"))
	command(verifyFileUsage, t.text("cli.help.verify"))
	command(noticeParseUsage, t.text("cli.help.notice_parse"))
	command(noticeLintUsage, t.text("cli.help.notice_lint"))
	command(noticeDeclareUsage, t.text("cli.help.notice_declare"))
	command(alertTestUsage, t.text("cli.help.alert_test"))
	command(alertPreviewUsage, t.text("cli.help.alert_preview"))
	command(charterShowUsage, t.text("cli.help.charter_show"))
	command(charterCheckUsage, t.text("cli.help.charter_check"))
	command(charterExportUsage, t.text("cli.help.charter_export"))
	command(versionUsage, t.text("cli.help.version"))
	commands.print(t.out)
	fmt.Fprintln(t.out)
	t.line("cli.help.lang", "languages", messages.Languages())
}

func run(ctx context.Context, args []string, t *terminal) error {
	flagLang, args, err := takeLang(args)
	lang, settled, lerr := languageOf(flagLang, os.Getenv)
	t.speech, t.settled, t.asked = messages.In(lang), settled, flagLang
	if err = cmp.Or(err, lerr); err != nil {
		return err
	}
	if len(args) == 0 {
		args = []string{"help"}
	}
	commands := map[string]func(context.Context, []string, *terminal) error{
		"serve": serve, "demo": demonstrate, "config": configCommand, "probe": probeOnce,
		"store": storeCommand, "token": tokenCommand, "notice": noticeCommand, "alert": alertCommand, "charter": charterCommand,
		"report": reportCommand, setPDFCommand: setPDF,
		"ledger": ledgerCommand, "evidence": evidenceCommand, "verify": verifyCommand,
	}
	switch args[0] {
	case "help", "-h", "--help":
		t.help()
		return nil
	case "version", "-v", "--version":
		fmt.Fprintln(t.out, "charterwatch", versionText())
		return nil
	}
	command, ok := commands[args[0]]
	if !ok {
		return usageError{messages.New("cli.unknown_command", "command", quoted(args[0]))}
	}
	err = command(ctx, args[1:], t)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	return err
}

// versionText is the version with the revision it was built from, where known.
func versionText() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return version
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return version + " (" + s.Value[:12] + ", " + info.GoVersion + ")"
		}
	}
	return version + " (" + info.GoVersion + ")"
}
