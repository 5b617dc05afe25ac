#!/bin/sh
# Makes the data folder of a Redis that is not running, from a file of backup.sh:
#
#   restore.sh <file.rdb> <data folder>
#
# The folder has to be empty: a Redis with a log of writes reads that and no other file, so the log is made
# here too. Afterwards start Redis on the folder, as the user who owns its files.
set -eu
umask 077
if [ "$#" -ne 2 ]; then
  echo "Usage: restore.sh <file.rdb> <data folder>" >&2
  exit 2
fi
file=$1 folder=$2
redis-check-rdb "$file" >/dev/null
if [ -n "$(ls -A "$folder")" ]; then
  echo "Cannot restore into $folder: it is not empty" >&2
  exit 1
fi

# A Redis that nobody can reach but through its socket reads the file, and writes both kinds of data.
work=$(mktemp -d)
socket="$work/socket"
server=
finish() {
  if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; fi
  rm -rf "$work"
}
trap finish EXIT
cp "$file" "$folder/dump.rdb"
redis-server --port 0 --unixsocket "$socket" --dir "$folder" --dbfilename dump.rdb \
  --appendonly no --save '' >"$work/log" 2>&1 &
server=$!

ask() { redis-cli -s "$socket" "$@"; }
until_it_says() { # TEXT COMMAND…: for as long as the server runs
  text=$1
  shift
  until ask "$@" 2>/dev/null | tr -d '\r' | grep -qx "$text"; do
    if ! kill -0 "$server" 2>/dev/null; then
      cat "$work/log" >&2
      server=
      exit 1
    fi
    sleep 0.1
  done
}
until_it_says PONG ping
ask config set appendonly yes >/dev/null
until_it_says aof_rewrite_scheduled:0 info persistence
until_it_says aof_rewrite_in_progress:0 info persistence
until_it_says aof_last_bgrewrite_status:ok info persistence
echo "restored $(ask dbsize) keys into $folder"
ask shutdown save >/dev/null
wait "$server"
server=
