# natsctl: every target works on a fresh clone with only Go installed.

LINT    := go run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
MUTATE  := go run github.com/go-gremlins/gremlins/cmd/gremlins@v0.6.0
# What make mutate looks at unless PKG names a package: the code that decides.
PKG     ?= ./internal/fleet ./internal/view ./internal/context ./internal/sys ./exporter ./internal/cli
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null)
LDFLAGS := -s -w -X github.com/natsctl/natsctl/internal/cli.version=$(VERSION)
# Tests wait more than they work, so more of them run at once than there are processors. No test needs debug information.
TEST    := go test -ldflags=-w -p 4
DESTDIR ?= $(shell go env GOPATH)/bin

.PHONY: build test short race stress mutate check e2e bench soak demo docs install clean

build: ## the binary, in bin/
	go build -trimpath -ldflags '$(LDFLAGS)' -o bin/ ./cmd/natsctl

test: ## every test, on real embedded clusters
	$(TEST) ./...

short: ## the quick ones only, while you write
	$(TEST) -short ./...

race: ## the same under the race detector
	go test -race ./...

stress: ## every package 20 times, four packages at a time: nothing may fail even once
	go test -count=20 -p 4 -timeout 0 ./...

mutate: ## mutation testing (docs/testing.md): make mutate PKG=./internal/fleet
	for pkg in $(PKG); do GOFLAGS=-short $(MUTATE) unleash $$pkg || exit 1; done

check: ## linters, formatting, and a build for each supported system
	go vet ./...
	$(LINT) run
	$(LINT) fmt --diff
	GOOS=darwin GOARCH=arm64 go build -o /dev/null ./...
	GOOS=windows GOARCH=amd64 go build -o /dev/null ./...

e2e: build ## the binary driven from outside: terminals, shells, signals, other servers
	NATSCTL_BIN=$(CURDIR)/bin/natsctl go test -count=1 -p 1 -tags e2e -run E2E ./...

bench: build ## every performance claim of docs/benchmarks.md
	NATSCTL_BIN=$(CURDIR)/bin/natsctl go test -run '^$$' -bench . -benchtime 1x -count 1 -timeout 30m ./...

soak: ## the dashboard for an hour, or for SOAK=10m, on a recording that never ends: memory stays flat
	NATSCTL_SOAK=$(or $(SOAK),1h) go test -count=1 -timeout 0 -v -run '^TestSoak$$' ./cmd/natsctl

demo: ## a super-cluster with traffic, and its servers
	go run ./cmd/natsctl demo -o table

docs: ## rewrite the generated pages under docs/
	UPDATE_DOCS=1 go test -count=1 -run TestDocs ./...

install: ## into GOPATH/bin, or DESTDIR
	go build -trimpath -ldflags '$(LDFLAGS)' -o $(DESTDIR)/ ./cmd/natsctl

clean: ## what build leaves
	rm -rf bin
