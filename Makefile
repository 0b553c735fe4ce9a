# chinwag: `make run` starts it, `make test` proves it.

# Go is found on PATH, or else where its own instructions unpack it.
export PATH := $(PATH):/usr/local/go/bin

BIN       := .bin
VERSION   := $(or $(if $(wildcard .git),$(shell git describe --tags --always --dirty 2>/dev/null)),dev)
PLATFORMS := linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64
export VERSION PLATFORMS # for .ci/dist.go

# The packages whose tests know the flag -update.
GOLDEN_PKGS ?= $(or $(sort $(dir $(shell grep -rl '"update"' --include='*_test.go' ./cmd ./conn ./hub ./protocol))),./conn/...)

.DEFAULT_GOAL := help
.PHONY: help run build test bench compare fmt lint golden fuzz faults kills attack cross setup clean go

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

# exec: the server gets the terminal and its signals itself, no shell between.
run: build ## the server with its operator's console; flags in ARGS="--listen :4000"
	@exec $(BIN)/chinwag serve $(ARGS)

# Without buildvcs the build does not care whether this is a git tree, and whose.
build: go ## the program, as .bin/chinwag
	@CGO_ENABLED=0 go build -buildvcs=false -ldflags '-X main.version=$(VERSION)' -o $(BIN)/ ./cmd/chinwag

test: go ## everything that proves it; says at the end what ran and what did not
	@bash .ci/test

bench: build ## what it costs, beside ngircd, inspircd and ncat where they are installed; RUNS=5
	@exec $(BIN)/chinwag bench compare --runs $(or $(RUNS),5) $(ARGS)

compare: build ## what it costs beside another build of it, OLD=path, in nine pairs; RUNS=9
	@exec $(BIN)/chinwag bench compare --runs $(or $(RUNS),9) --old $(or $(OLD),$(error OLD=path says where the other build is)) $(ARGS)

fmt: go ## rewrite what gofmt would write otherwise
	gofmt -w cmd conn hub protocol

lint: go ## vet, staticcheck and revive
	go vet ./...
	go tool -modfile=.ci/tools/go.mod staticcheck ./...
	go tool -modfile=.ci/tools/go.mod revive -config .ci/revive.toml -set_exit_status ./...

golden: go ## rewrite the transcripts from what the code does now; then read the diff
	go test $(GOLDEN_PKGS) -run Transcript -update

fuzz: go ## every fuzz target in turn, each for FUZZTIME (1m)
	@FUZZTIME=$(or $(FUZZTIME),1m) bash .ci/fuzz

faults: go ## people talk while the disk falls ill in every way, for DURATION (10m); CHINWAG_SEED repeats it
	CHINWAG_FAULTS=$(or $(DURATION),10m) go test ./cmd/chinwag/e2e -run 'TestFaults$$' -count 1 -timeout 0 -v

kills: go ## kill -9 under people who talk, move and ask at the desk: KILLS times (100), with CLIENTS (200); CHINWAG_SEED repeats it
	CHINWAG_KILLS=$(or $(KILLS),100) CHINWAG_CLIENTS=$(or $(CLIENTS),200) go test ./cmd/chinwag/e2e -run 'TestG12Kills$$' -count 1 -timeout 0 -v

attack: go ## what one stranger can do to the others, for DURATION (1m) each; ONLY=forget; wants two idle processors
	@CHINWAG_ATTACK=$(or $(DURATION),1m) go test ./cmd/chinwag/e2e -count=1 -v -timeout 1h -run '^TestAttack$$/^$(ONLY)'

cross: go ## archives for every platform, and SHA256SUMS, in .bin/dist
	@go run .ci/dist.go

setup: ## install what the tests want (as root, with apt-get) and say what is missing
	@bash .ci/setup

clean: ## remove .bin
	rm -rf $(BIN)

go:
	@command -v go >/dev/null || { echo 'chinwag is built with Go, which is not on this machine: https://go.dev/doc/install' >&2; exit 1; }
