# The targets: demo and test work on a fresh Debian machine that has Go and apt.
export CGO_ENABLED = 0
GO      ?= go
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS := -s -w -X main.version=$(VERSION)
STORE   ?=

.PHONY: build demo test lint bench bench-import bench-linkage bench-cards cross setup clean

build: ## the program, in bin/sehat
	$(GO) build -trimpath -ldflags '$(LDFLAGS)' -o bin/sehat ./cmd/sehat

demo: build ## the whole story on invented people; STORE=postgres://… for a PostgreSQL centre
	bin/sehat demo --dir demo-data$(if $(STORE),/postgres --store '$(STORE)')

setup: ## what the tests need from Debian and npm; says what it cannot get
	@.ci/setup

test: setup ## everything, on SQLite and on a PostgreSQL of its own
	NODE_PATH="$$(.ci/setup node-path)" $(GO) test ./...

lint: ## formatting, vet, staticcheck
	@test -z "$$($(GO) run mvdan.cc/gofumpt@v0.12.0 -l cmd survey cards importer records sync templates | tee /dev/stderr)"
	$(GO) vet ./...
	$(GO) run honnef.co/go/tools/cmd/staticcheck@v0.8.2 ./...

bench: build ## the README's table: rows and cards per CPU-second, peak memory
	$(GO) test -run '^$$' -bench BenchmarkCity -benchtime 1x -timeout 30m ./cmd/sehat

bench-import: ## reading workbooks beside excelize and encoding/csv, and members into a store; SEHAT_MEMBERS=1000000 for a million
	$(GO) test -run '^$$' -bench 'BenchmarkRead|BenchmarkImport' -benchtime 1x -timeout 30m ./importer/...
	$(GO) test -run '^$$' -bench BenchmarkImportCity -benchtime 1x -timeout 3h ./cmd/sehat

bench-linkage: ## how well and how fast duplicates are found; SEHAT_BENCH_ROWS=20000000 for a whole city, SEHAT_CITY=240000 for a large store
	$(GO) test -run '^$$' -bench BenchmarkLinkage -benchtime 1x -timeout 3h ./records/linkage ./cmd/sehat

READBACK ?= 100

bench-cards: ## what cards cost, beside a naive program; READBACK=1000 reads so many back, SEHAT_CITY=27000 makes 100,000 cards
	$(GO) test -run '^$$' -bench 'Peer100|Render1000' -benchtime 5x ./cards/sheet
	$(GO) test -run '^$$' -bench BenchmarkCards -benchtime 1x -timeout 1h ./cmd/sehat
	$(GO) test -count=1 -v -timeout 3h -run 'ShapingEqualsHarfBuzz|BarCodesAreReadBack|StickersIsRead' ./cards/sheet -readback $(READBACK) \
		| grep -E 'differ|read back|^(---|ok|FAIL)'
	$(GO) test -count=1 -v -run AMillionNumbers ./cards | grep -E 'clashes|^(---|ok|FAIL)'

cross: ## the laptops' programs
	GOOS=windows GOARCH=amd64 $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o bin/sehat-windows-amd64.exe ./cmd/sehat
	GOOS=linux GOARCH=arm64 $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o bin/sehat-linux-arm64 ./cmd/sehat

clean:
	rm -rf bin demo-data
