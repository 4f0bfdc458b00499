#!/usr/bin/env bash
# A local authority, a broker's and a client's certificate, here: docker/certs/make.sh broker.example,localhost
set -euo pipefail
cd "$(dirname "$0")/../.."
npm exec --offline -- node src/devstack/write-certificates.ts docker/certs "${1:-localhost}"
