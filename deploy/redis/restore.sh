#!/bin/sh
# Makes the data folder of a Redis that is not running, from a file of backup.sh:
#
#   restore.sh <file.rdb> <data folder>
#
# The folder has to be empty: a Redis with a log of writes reads that and no other file, so the log is made
# here too. Afterwards start Redis on the folder, as the user who owns its files. Where it fails, as on a full
# disk, the folder is empty again.
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
restored=
finish() {
  # One whose log of writes is not whole yet would not end for less.
  if [ -n "$server" ]; then
    kill -KILL "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
  fi
  if [ -z "$restored" ]; then find "$folder" -mindepth 1 -delete; fi
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' HUP INT TERM
cp "$file" "$folder/dump.rdb"
redis-server --port 0 --unixsocket "$socket" --dir "$folder" --dbfilename dump.rdb \
  --appendonly no --save '' >"$work/log" 2>&1 &
server=$!

ask() { redis-cli -s "$socket" "$@" 2>/dev/null | tr -d '\r'; }
fail() { # WHY
  cat "$work/log" >&2
  echo "Cannot restore into $folder: $1" >&2
  exit 1
}
until_it_says() { # TEXT COMMAND…: for as long as the server runs and can write
  text=$1
  shift
  while :; do
    said=$(ask "$@")
    case "
$said
" in
      *"
aof_last_bgrewrite_status:err
"*) fail "the log of writes cannot be written" ;;
      *"
$text
"*) return ;;
    esac
    kill -0 "$server" 2>/dev/null || fail "redis-server has ended"
    sleep 0.1
  done
}
until_it_says PONG ping
said=$(ask config set appendonly yes)
if [ "$said" != OK ]; then fail "$said"; fi
until_it_says aof_rewrite_scheduled:0 info persistence
until_it_says aof_rewrite_in_progress:0 info persistence
until_it_says aof_last_bgrewrite_status:ok info persistence
keys=$(ask dbsize)
# It answers only where it cannot.
said=$(ask shutdown save)
if [ -n "$said" ]; then fail "$said"; fi
wait "$server" || fail "redis-server has ended with $?"
server=
restored=yes
echo "restored $keys keys into $folder"
