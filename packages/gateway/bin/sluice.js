#!/usr/bin/env node
// Here and not in dist, so that npm can link it in a fresh clone, before the first build.
import '../dist/cli.js'
