#!/usr/bin/env bash
# Every check of the project, on a bare Debian 12 that has Rust.
#
#   tests/run.sh [all|rust|browser]
#
# Missing packages are installed, so run it as root or with sudo at hand. The
# PostgreSQL it tests against is its own and gone afterwards.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

mode="${1:-all}"
case "$mode" in
  all | rust | browser) ;;
  *)
    echo "usage: tests/run.sh [all|rust|browser]" >&2
    exit 2
    ;;
esac

work="$(mktemp -d)"
failed_steps=()
postgres_bin=""
release_build=""

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# PostgreSQL refuses to run as root, and owns the files it is to read.
as_postgres() {
  if [ "$(id -u)" = 0 ]; then
    (cd "$work" && runuser -u postgres -- "$@")
  else
    (cd "$work" && "$@")
  fi
}

clean_up() {
  if [ -n "$release_build" ]; then kill "$release_build" 2>/dev/null || true; fi
  if [ -s "$work/data/postmaster.pid" ]; then
    as_postgres "$postgres_bin/pg_ctl" -D "$work/data" -m immediate -w stop >/dev/null || true
  fi
  rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

wants() { [ "$mode" = all ] || [ "$mode" = "$1" ]; }

has_browser_tests() { [ -f tests/browser/package.json ]; }

find_postgres() {
  if command -v initdb >/dev/null && command -v pg_ctl >/dev/null; then
    dirname "$(command -v initdb)"
    return
  fi
  find /usr/lib/postgresql -name initdb -printf '%h\n' 2>/dev/null | sort -V | tail -n 1
}

install_missing() {
  local packages=()
  command -v cc >/dev/null || packages+=(gcc libc6-dev)
  if wants rust && [ -z "$(find_postgres)" ]; then packages+=(postgresql); fi
  if wants browser && has_browser_tests; then
    command -v node >/dev/null || packages+=(nodejs)
    command -v npm >/dev/null || packages+=(npm)
    command -v "${CHROMIUM:-chromium}" >/dev/null || packages+=(chromium)
    python3 -c 'import ensurepip, venv' 2>/dev/null || packages+=(python3-venv)
  fi
  [ "${#packages[@]}" -gt 0 ] || return 0
  echo "Installing ${packages[*]}"
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
}

# The port is drawn, not asked for: whoever loses the race for one draws again.
start_postgres() {
  local port
  postgres_bin="$(find_postgres)"
  if [ "$(id -u)" = 0 ]; then chown postgres "$work"; fi
  as_postgres "$postgres_bin/initdb" -D "$work/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync >/dev/null
  for _ in 1 2 3 4 5 6 7 8; do
    port=$((20000 + RANDOM % 12000))
    if as_postgres "$postgres_bin/pg_ctl" -D "$work/data" -l "$work/postgres.log" -w start -o \
      "-c listen_addresses=127.0.0.1 -p $port -k $work -c fsync=off -c full_page_writes=off -c synchronous_commit=off -c max_connections=200" \
      >/dev/null 2>&1; then
      export TEST_POSTGRES_URL="postgres://postgres@127.0.0.1:$port/postgres"
      return
    fi
  done
  echo "PostgreSQL did not start:" >&2
  as_postgres cat "$work/postgres.log" >&2
  exit 1
}

install_node_packages() {
  (
    cd "$1"
    sha256sum --check --status node_modules/.installed 2>/dev/null && exit
    npm ci --no-audit --no-fund --loglevel=error && sha256sum package-lock.json >node_modules/.installed
  )
}

install_python_packages() {
  (
    cd "$1"
    sha256sum --check --status .venv/.installed 2>/dev/null && exit
    python3 -m venv .venv &&
      .venv/bin/pip install --quiet --disable-pip-version-check --no-deps -r requirements.txt &&
      sha256sum requirements.txt >.venv/.installed
  )
}

# A failed step does not hide what the ones after it would say. (Under `if`, bash does not
# stop at errors inside a function either: a step of several commands chains them itself.)
step() {
  local name="$1" began="$SECONDS"
  shift
  echo "== $name"
  if ! "$@" 2>&1 | tee -a "$work/output"; then failed_steps+=("$name"); fi
  echo "== $name took $((SECONDS - began)) s"
}

# The Rust tests wait more than they compute: what they leave of the processor builds what the browser tests need.
begin_release_build() {
  nice cargo build --release >"$work/release" 2>&1 &
  release_build="$!"
}

end_release_build() {
  local status=0
  wait "$release_build" || status="$?"
  release_build=""
  step "release build" report_release_build "$status"
}

report_release_build() {
  cat "$work/release"
  return "$1"
}

browser_tests() {
  local tests=(tests/browser/*.test.js)
  if [ ! -e "${tests[0]}" ]; then
    echo "No browser tests."
    return
  fi
  install_node_packages tests/browser || return
  # Nothing here takes minutes: a hang must not take the whole run with it.
  timeout 40m node --test --test-concurrency=2 --test-reporter=spec "${tests[@]}"
}

# Autotask clients that others wrote, against the emulator.
client_tests() {
  install_node_packages tests/clients && install_python_packages tests/clients || return
  timeout 5m node --test --test-reporter=spec tests/clients/*.test.js
}

# cargo: "test result: ok. 3 passed; 1 failed; …"; node: "ℹ pass 3", "ℹ fail 1".
count() {
  awk -v what="$1" '
    /^test result: /                 { for (i = 2; i <= NF; i++) if ($i ~ "^" what "ed;?$") sum += $(i - 1) }
    $1 == "ℹ" && NF == 3 && $2 == what { sum += $3 }
    $1 == "ℹ" && NF == 3 && $2 == "cancelled" && what == "fail" { sum += $3 }
    END { print sum + 0 }' "$work/output"
}

# The tests wait more than they compute: two a processor keep it busy.
export RUST_TEST_THREADS="${RUST_TEST_THREADS:-$(($(nproc) * 2))}"
# A snapshot that changed is a failure here, never rewritten in passing.
export INSTA_UPDATE=no

install_missing
: >"$work/output"
if wants rust; then
  start_postgres
  step "format" cargo fmt --check
  step "lints" cargo clippy --all-targets -- -D warnings
  step "test build" cargo test --no-run
fi
if wants browser; then begin_release_build; fi
if wants rust; then step "tests" cargo test --no-fail-fast; fi
if wants browser; then
  end_release_build
  OPPORTUNE_BIN="${CARGO_TARGET_DIR:-$PWD/target}/release/opportune"
  export OPPORTUNE_BIN
  if has_browser_tests; then step "browser tests" browser_tests; fi
  step "client tests" client_tests
fi

echo
if [ "${#failed_steps[@]}" -gt 0 ]; then
  (IFS=,; echo "Failed: ${failed_steps[*]}")
fi
echo "$(count pass) passed, $(count fail) failed"
[ "${#failed_steps[@]}" -eq 0 ]
