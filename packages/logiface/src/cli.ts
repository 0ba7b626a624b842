#!/usr/bin/env node
// The command `logiface`: verify-audit and pretty.
import { runCommand } from './cli/run.ts'

void runCommand(process.argv.slice(2), process).then((status) => {
  process.exitCode = status
})
