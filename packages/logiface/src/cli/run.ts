// The subcommands and their words; status 0: done, 1: the work failed, 2: wrong usage.
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { parseArgs } from 'node:util'
import type { AuditHead } from '../audit/hash-chain.ts'
import { verifyAudit } from '../audit/verify.ts'
import { prettyLine } from '../pretty/pretty-line.ts'

/** The streams of the command; `process` fits. */
export interface CommandIo {
  readonly stdin: Readable
  readonly stdout: Writable & { readonly isTTY?: boolean | undefined }
  readonly stderr: Writable
  readonly env: Readonly<Record<string, string | undefined>>
}

const USAGE = `usage: logiface verify-audit FILE... [--key-file F] [--public-key F] [--expect SEQ:HASH] [--after SEQ:HASH] [--json]
       logiface pretty [--color | --no-color] < LINES

verify-audit  checks the hash chain of an audit log; several files in the order they were written.
              --key-file F        file with the secret of the HMAC, byte for byte
              --public-key F      PEM file with the public key of signed checkpoints
              --expect SEQ:HASH   a head that was kept elsewhere: without it a cut tail does not show
              --after SEQ:HASH    the head of the file before the first one
              status 0 intact, 1 broken or unreadable, 2 wrong usage
pretty        formats JSON lines for people; what is not JSON passes as it is
`

class UsageError extends Error {}

export async function runCommand(args: readonly string[], io: CommandIo): Promise<number> {
  const [command, ...rest] = args
  try {
    switch (command) {
      case '--help':
      case '-h':
        io.stdout.write(USAGE)
        return 0
      case 'verify-audit':
        return await runVerify(rest, io)
      case 'pretty':
        return await runPretty(rest, io)
      default:
        throw new UsageError(
          command === undefined ? 'a subcommand is needed' : `there is no subcommand ${JSON.stringify(command)}`,
        )
    }
  } catch (error) {
    // parseArgs refuses an unknown option with a TypeError that has a code
    const isUsage = error instanceof UsageError || (error instanceof TypeError && Object.hasOwn(error, 'code'))
    io.stderr.write(`logiface: ${error instanceof Error ? error.message : String(error)}\n${isUsage ? USAGE : ''}`)
    return isUsage ? 2 : 1
  }
}

async function runVerify(args: readonly string[], { stdout }: CommandIo): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      'key-file': { type: 'string' },
      'public-key': { type: 'string' },
      expect: { type: 'string' },
      after: { type: 'string' },
      json: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help === true) {
    stdout.write(USAGE)
    return 0
  }
  if (positionals.length === 0) throw new UsageError('verify-audit needs a file')
  const keyFile = values['key-file']
  const publicKeyFile = values['public-key']
  const result = await verifyAudit(positionals, {
    key: keyFile === undefined ? undefined : readFileSync(keyFile),
    publicKey: publicKeyFile === undefined ? undefined : readFileSync(publicKeyFile, 'utf8'),
    expectedHead: readHead('--expect', values.expect),
    after: readHead('--after', values.after),
  })
  if (values.json === true) stdout.write(`${JSON.stringify(result)}\n`)
  else if (result.intact)
    stdout.write(
      `intact: ${result.lines} lines, ${result.checkpoints} checkpoints, head ${result.head.seq}:${result.head.hash}\n`,
    )
  else stdout.write(`broken: line ${result.line} ${result.kind}\n`)
  return result.intact ? 0 : 1
}

function readHead(option: string, text: string | undefined): AuditHead | undefined {
  if (text === undefined) return undefined
  const found = /^(\d{1,16}):([0-9a-f]{64})$/.exec(text)
  if (found === null) throw new UsageError(`${option} takes SEQ:HASH, such as 12:${'0'.repeat(8)}… with 64 hexadecimal digits`)
  return { seq: Number(found[1]), hash: found[2] as string }
}

async function runPretty(args: readonly string[], { stdin, stdout, env }: CommandIo): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    allowNegative: true,
    options: { color: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  })
  if (values.help === true) {
    stdout.write(USAGE)
    return 0
  }
  const color = values.color ?? (stdout.isTTY === true && !env['NO_COLOR'])
  for await (const line of createInterface({ input: stdin, crlfDelay: Number.POSITIVE_INFINITY }))
    stdout.write(`${prettyLine(line, { color }) ?? line}\n`)
  return 0
}
