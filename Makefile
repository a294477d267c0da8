# Everything a newcomer needs: "make run" and "make test". Go and Node are enough for both.

VERSION   ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
# amtool asks the Alertmanager inside for its version.
ALERTMANAGER_VERSION = $(shell go list -m -f '{{.Version}}' github.com/prometheus/alertmanager 2>/dev/null | tr -d v)
GO_BUILD   = CGO_ENABLED=0 go build -modfile=.build/ship.mod -trimpath -ldflags "-s -w -X main.version=$(VERSION) -X github.com/prometheus/common/version.Version=$(ALERTMANAGER_VERSION)"
TOOLS      = $(CURDIR)/.tools
STATICCHECK_VERSION = v0.8.2
GOLANGCI_VERSION    = v2.15.0
GOVULNCHECK_VERSION = v1.9.0
FUZZTIME  ?= 30s
FUZZ_TARGETS = ./compliance:FuzzStep ./compliance:FuzzDecodeBlock ./compliance/calendar:FuzzParseOverrides ./compliance/notice:FuzzRead \
	./config:FuzzParse ./scanners:FuzzMask ./scanners/notices:FuzzGuess ./scanners/notices:FuzzText

.PHONY: help run test build web web-test fonts go-test lint vet staticcheck golangci govulncheck bench fuzz clean

help:
	@echo "make run    build everything, watch the simulated association, print where to look"
	@echo "make test   everything that CI runs"
	@echo "make build  bin/charterwatch"
	@echo "make bench  the figures of docs/benchmarks.md"
	@echo "make lint   the linters alone, and govulncheck"
	@echo "make fuzz   each fuzz target for FUZZTIME ($(FUZZTIME))"

run: build
	./bin/charterwatch demo --dir data/demo

build: web fonts .build/ship.mod
	$(GO_BUILD) -o bin/charterwatch ./cmd/charterwatch

dashboard/web/node_modules/.package-lock.json: dashboard/web/package-lock.json
	cd dashboard/web && npm ci --no-audit --no-fund

web: dashboard/web/node_modules/.package-lock.json
	cd dashboard/web && npm run build

# What reports are set in; the program carries the files that are here when it is built.
PRETENDARD = dashboard/web/node_modules/pretendard/dist
fonts: dashboard/web/node_modules/.package-lock.json
	cp $(PRETENDARD)/public/static/alternative/Pretendard-Regular.ttf $(PRETENDARD)/public/static/alternative/Pretendard-Bold.ttf \
	  $(PRETENDARD)/LICENSE.txt reports/fonts/files/

# The PDF library brings the hyphenation patterns of 46 languages. Reports use none of them, and what
# licences they come under is not said beside them: the program that ships has an empty table instead.
PDF_LIBRARY = github.com/boxesandglue/boxesandglue
.build/ship.mod: go.mod go.sum
	rm -rf .build && mkdir .build
	go mod download $(PDF_LIBRARY)
	cp -r "$$(go list -m -f '{{.Dir}}' $(PDF_LIBRARY))" .build/pdf && chmod -R u+w .build
	printf 'package frontend\n\nvar hyphenationpatterns = map[string]string{}\n' >.build/pdf/frontend/hyphenationpatterns.go
	cp go.mod .build/new.mod && cp go.sum .build/ship.sum
	go mod edit -replace $(PDF_LIBRARY)=./.build/pdf .build/new.mod
	mv .build/new.mod $@

web-test: dashboard/web/node_modules/.package-lock.json
	cd dashboard/web && npm run check && npm test && npm run build && npm run size

# The race detector needs cgo; the binaries that ship are built without.
go-test: fonts
	go test -race -timeout 30m ./...

test: vet web-test fonts staticcheck golangci go-test .build/ship.mod
	$(GO_BUILD) -o bin/charterwatch ./cmd/charterwatch
	./bin/charterwatch version
	! grep -q '\.антиа4' bin/charterwatch # of the patterns that must not be in it

vet:
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -l $$(git ls-files '*.go'); echo "run gofmt on these"; exit 1; }
	go vet ./...

$(TOOLS)/staticcheck-$(STATICCHECK_VERSION):
	GOBIN=$(TOOLS) go install honnef.co/go/tools/cmd/staticcheck@$(STATICCHECK_VERSION)
	mv $(TOOLS)/staticcheck $@

staticcheck: $(TOOLS)/staticcheck-$(STATICCHECK_VERSION)
	$< ./...

$(TOOLS)/golangci-lint-$(GOLANGCI_VERSION):
	GOBIN=$(TOOLS) go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION)
	mv $(TOOLS)/golangci-lint $@

golangci: $(TOOLS)/golangci-lint-$(GOLANGCI_VERSION)
	$< run ./...

# Needs the vulnerability database on the internet; says so where there is none.
govulncheck:
	@go run golang.org/x/vuln/cmd/govulncheck@$(GOVULNCHECK_VERSION) ./... || { \
	  status=$$?; [ $$status -eq 3 ] && exit 3; echo "govulncheck could not reach its database: not checked"; }

lint: vet staticcheck golangci govulncheck

bench:
	go test -run '^$$' -bench . -benchmem ./probes ./store ./monitor ./compliance ./reports ./scanners/notices

fuzz:
	@for t in $(FUZZ_TARGETS); do \
	  go test -run '^$$' -fuzz "^$${t#*:}$$" -fuzztime $(FUZZTIME) "$${t%%:*}" || exit 1; done

clean:
	rm -rf bin data .build .tools dashboard/web/node_modules dashboard/web/dist/assets dashboard/web/dist/index.html reports/fonts/files/*
