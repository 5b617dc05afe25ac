#!/bin/sh
# Restores a file of backup.sh into an empty database, all of it or nothing:
#
#   restore.sh <file.dump>
#
#   PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE, PGSSLMODE: as for all of PostgreSQL's own programs
#
# PGUSER owns everything afterwards. Stop the services before, and start them after.
set -eu
: "${PGDATABASE:?must be set}"
if [ "$#" -ne 1 ]; then
  echo "Usage: restore.sh <file.dump>" >&2
  exit 2
fi
pg_restore --list "$1" >/dev/null
tables=$(psql --no-psqlrc --no-password -qAt -v ON_ERROR_STOP=1 -c \
  "SELECT count(*) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')")
if [ "$tables" != 0 ]; then
  echo "Cannot restore: the database has $tables tables already" >&2
  exit 1
fi
pg_restore --no-owner --no-privileges --exit-on-error --single-transaction \
  --no-password --dbname="$PGDATABASE" "$1"
echo "restored $1"
