# sitmap: `make` alone lists what there is to make.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.PHONY: help run setup build test test-faults audit bless types demo doctor bench bench-tiles soak-tiles bench-h3 bench-live clean

# Where the server listens and keeps its data, e.g. make run LISTEN=127.0.0.1:9000 VAR=/srv/sitmap
LISTEN ?=
VAR ?=
# What to measure, e.g. make bench PKG=./geo/...
PKG ?= ./...
# Of the benches: a short run, the time of edits under load, that of sustained load, some
# of the figures, the file to write
QUICK ?=
SOAK ?=
SUSTAIN ?=
ONLY ?=
REPORT ?= $(if $(QUICK)$(ONLY),,docs/benchmarks.md)

folder := $(if $(VAR),--var '$(VAR)')

help: ## 列出目标 / list the targets
	@echo 'make TARGET'
	@sed -nE 's/^([a-z-]+):.*## (.*)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 15

run: build ## 安装、构建并启动演示城市 / set up, build and serve the demo city [LISTEN=host:port VAR=dir]
	@exec bin/sitmap serve --demo $(if $(LISTEN),--listen '$(LISTEN)') $(folder)

setup: ## 安装缺少的软件 / install what is missing
	@scripts/setup.sh run

build: setup ## 构建 bin/sitmap，含网页 / build bin/sitmap with the web application inside
	@scripts/build.sh

test: ## 全部检查和测试 / every check and test
	@scripts/test.sh

audit: setup ## 演示城市全部未公布数的上下界 / bounds of every withheld number of the demo city
	@SITMAP_AUDIT=full go test -count=1 -run WholeCity -v -timeout 30m ./layers/release

test-faults: setup ## 断电、强杀、磁盘满的长测试，需 root / power cuts, kills and full disks at length; needs root [ONLY=Power]
	@scripts/test-faults.sh $(ONLY)

bless: build ## 更新测试的基准文件，请审阅差异 / renew the tests' golden files; review the diff
	@SITMAP_BLESS=1 scripts/test.sh go

types: setup ## 由 openapi.yaml 生成 TypeScript 类型 / TypeScript types from openapi.yaml
	@npm --prefix frontend run --silent types

demo: build ## 填入演示城市 / fill the database with the demo city [VAR=dir]
	@exec bin/sitmap demo $(folder)

doctor: build ## 检查本机 / check this machine and name the cures [VAR=dir]
	@exec bin/sitmap doctor $(folder)

bench: setup ## 性能测量 / measure [PKG=./geo/...]
	@scripts/build.sh web
	@go test -run '^$$' -bench . -benchmem $(PKG)

bench-tiles: build ## 瓦片与对照服务器的测量 / tiles beside their rivals, into docs/benchmarks.md [QUICK=1 SOAK=5m ONLY=encoder,…]
	@scripts/bench-tiles.sh $(if $(QUICK),-quick) $(if $(SOAK),-soak $(SOAK)) $(if $(ONLY),-only $(ONLY)) $(if $(REPORT),-report $(REPORT))

soak-tiles: build ## 负载下编辑五分钟 / edits under load for five minutes [SOAK=5m]
	@scripts/bench-tiles.sh -only freshness -soak $(or $(SOAK),5m)

bench-h3: setup ## 六边形统计与对照的测量 / counts by H3 cells beside their rivals, into docs/benchmarks.md [QUICK=1 ONLY=encoder,…]
	@scripts/bench-h3.sh $(if $(QUICK),-quick) $(if $(ONLY),-only $(ONLY)) $(if $(REPORT),-report $(REPORT))

bench-live: build ## 实时巡防的负载测量 / live patrols under load, into docs/benchmarks.md [QUICK=1 ONLY=ceiling,… SUSTAIN=10m]
	@scripts/bench-live.sh $(if $(QUICK),-quick) $(if $(ONLY),-only $(ONLY)) $(if $(SUSTAIN),-sustain $(SUSTAIN)) $(if $(REPORT),-report $(REPORT))

clean: ## 删除构建产物，不删数据 / remove what was built; data stays
	@rm -rf bin frontend/dist .cache
