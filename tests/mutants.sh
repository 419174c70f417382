#!/usr/bin/env bash
# Takes the safeguards of the push engine away, one at a time, and shows that the tests notice.
#
#   tests/mutants.sh [NAME…]
#
# Works on a copy of the sources in a temporary folder. Each mutant is built there and the simulator is run on it, or the
# tests of the suite that its row names. Prints a table, and fails where a mutant survives or its text is no longer in the
# source: then its row must follow the code. MUTANTS_TARGET is the build folder, CARGO the command that builds,
# SIMULATOR_SEEDS how many seeds are run.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

copy="$(mktemp -d)"
trap 'rm -rf "$copy"' EXIT
export CARGO_TARGET_DIR="${MUTANTS_TARGET:-$PWD/target/mutants}"
wanted=("$@")
failed=0

restore() {
  tar --exclude=./target --exclude=./.git --exclude=node_modules -cf - . | tar -xf - -C "$copy" --keep-newer-files 2>/dev/null
}

# mutant NAME FILE TEXT REPLACEMENT TARGET [FILTER]
mutant() {
  local name="$1" file="$2" target="$5" filter="${6:-sqlite}" verdict
  if [ "${#wanted[@]}" -gt 0 ] && [[ " ${wanted[*]} " != *" $name "* ]]; then return; fi
  if ! grep -qF -- "$3" "$file"; then
    verdict="its text is not in $file any more"
    failed=1
  else
    TEXT="$3" BY="$4" perl -0pe 's/\Q$ENV{TEXT}\E/$ENV{BY}/' "$file" >"$copy/$file"
    if ! (cd "$copy" && ${CARGO:-cargo} test --no-run --test "$target") >"$copy/build.log" 2>&1; then
      verdict="does not build"
      failed=1
      tail -n 20 "$copy/build.log" >&2
    elif (cd "$copy" && RUST_BACKTRACE=0 "$(built "$target")" "$filter" --nocapture) >"$copy/run.log" 2>&1; then
      verdict="SURVIVED"
      failed=1
    else
      verdict="found: $(grep -m1 -E '^  [0-9A-Z]|^test .* FAILED' "$copy/run.log" | cut -c1-100 | sed 's/^ *//')"
    fi
    cp "$file" "$copy/$file"
  fi
  printf '%-22s %-10s %s\n' "$name" "$target" "$verdict"
}

# The program that the last build made for a test target.
built() {
  local path
  path="$(grep -oE '\([^()]*deps/'"$1"'-[0-9a-f]+\)' "$copy/build.log" | tail -n 1 | tr -d '()')"
  [[ "$path" = /* ]] && echo "$path" || echo "$copy/$path"
}

restore
printf '%-22s %-10s %s\n' "without" "tests" "what they say"
mutant marker-search src/worker/recover.rs \
  'rows.iter().filter_map(autotask::id).collect();' 'rows.iter().filter_map(autotask::id).take(0).collect();' simulator
mutant quarantine src/domain/retry.rs 'let end = sent_by + self.length;' 'let end = sent_by;' simulator
mutant time-of-the-look src/worker/recover.rs \
  'next_look(step.send_before, looked_at)' 'next_look(step.send_before, self.worker.services.clock.now().max(looked_at))' \
  suite push::races::sqlite
mutant fencing src/db/pushes.rs \
  'UPDATE push SET lease_until = $3 WHERE id = $1 AND lease_token = $2 AND' \
  'UPDATE push SET lease_until = $3 WHERE id = $1 AND lease_token >= $2 AND' simulator
mutant one-active-push migrations/sqlite/0001_first.sql \
  'CREATE UNIQUE INDEX push_active' 'CREATE INDEX push_active' suite storage::queue::sqlite
mutant shared-creates src/worker/recorder.rs 'if is_shared &&' 'if is_shared && intent.key.is_empty() &&' suite push::races::sqlite
mutant settle-intent src/worker/recover.rs 'step.action != "delete" && has_arrived' 'step.action == "update" && has_arrived' simulator
mutant late-changes src/worker/recover.rs \
  'Some(_) => return Ok(self.look_again(step, looked_at)),' 'Some(_) => drop(self.look_again(step, looked_at)),' suite push::late::sqlite
mutant reopened-first src/domain/plan/mod.rs \
  'self.input.document.state == State::Open;' 'false;' suite push::late::sqlite
mutant off-on-the-way src/worker/recorder.rs \
  'if !db::is_enabled(tx, tenant).await?' 'if false' suite push::races::sqlite
mutant hour-budget src/db/budgets.rs '"- $6, "' '"- 0 * $6, "' suite limits::sqlite
mutant send-before src/worker/execute.rs 'clock.now() > send_before' 'clock.now() > send_before + 900_000' simulator
mutant cursor-after-rows src/service/sources/look.rs \
  'self.keep_rows(&mut tx, resource, &rows, now).await?;' \
  'let was = self.progress.clone(); let _ = self.progress.note(self.facts, look, resource, is_last); self.commit(tx, "page").await?; self.progress = was; let mut tx = self.services.db.write().await?; self.keep_rows(&mut tx, resource, &rows, now).await?;' \
  kill an_abort_at_every_point_of_reading_loses_and_doubles_nothing_on_sqlite
mutant source-limits src/service/sources/calls.rs 'if made.calls >= most {' 'if made.calls >= 1_000 * most {' suite arrive::day::sqlite
exit "$failed"
