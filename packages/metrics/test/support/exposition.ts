// A strict parser of the two text formats: it refuses what a scraper might let pass, such as buckets that decrease.

export interface ParsedSample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

export interface ParsedFamily {
  readonly name: string
  readonly type: string
  readonly help: string | undefined
  readonly unit: string | undefined
  readonly samples: readonly ParsedSample[]
}

type Draft = { -readonly [Key in keyof ParsedFamily]: ParsedFamily[Key] } & { samples: ParsedSample[] }

const ENDINGS: Readonly<Record<string, readonly string[]>> = {
  counter: ['_total', '_created'],
  gauge: [''],
  histogram: ['_bucket', '_sum', '_count', '_created'],
  summary: ['', '_sum', '_count', '_created'],
}

/** @throws Error at the first line that breaks a rule of the format. */
export function parseExposition(text: string, format: 'prometheus' | 'openmetrics'): readonly ParsedFamily[] {
  if (!text.endsWith('\n')) throw new Error('the text does not end in a line feed')
  const lines = text.slice(0, -1).split('\n')
  if (format === 'openmetrics' && lines.pop() !== '# EOF') throw new Error('no # EOF')
  const families: Draft[] = []
  for (const line of lines) {
    try {
      if (line.startsWith('#')) parseComment(line, families)
      else addSample(parseSample(line), families.at(-1), format)
    } catch (error) {
      throw new Error(`line ${JSON.stringify(line)}: ${String(error)}`, { cause: error })
    }
  }
  const names = families.map(({ name }) => name)
  if (new Set(names).size !== names.length) throw new Error(`a family comes twice: ${names.join(' ')}`)
  for (const family of families) checkFamily(family)
  return families
}

function parseComment(line: string, families: Draft[]): void {
  const [, keyword, name, rest] = /^# (HELP|TYPE|UNIT) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.*)$/s.exec(line) ?? []
  if (keyword === undefined || name === undefined || rest === undefined) throw new Error('no comment of the format')
  let family = families.at(-1)
  if (family?.name !== name) {
    family = { name, type: '', help: undefined, unit: undefined, samples: [] }
    families.push(family)
  }
  if (family.samples.length > 0) throw new Error('metadata after samples')
  if (keyword === 'TYPE') {
    if (family.type !== '') throw new Error('a second # TYPE')
    family.type = rest
  } else if (keyword === 'UNIT') family.unit = rest
  else family.help = unescape(rest)
}

function unescape(text: string): string {
  return text.replace(/\\(.)/g, (_, char: string) => {
    if (!'\\"n'.includes(char)) throw new Error(`unknown escape \\${char}`)
    return char === 'n' ? '\n' : char
  })
}

function parseSample(line: string): ParsedSample {
  const [, name, inner = '', number] =
    /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?:[^"}]|"(?:[^"\\]|\\.)*")*)\})? (\S+)$/.exec(line) ?? []
  if (name === undefined || number === undefined) throw new Error('no sample')
  const labels: Record<string, string> = {}
  let rest = inner
  while (rest !== '') {
    const [whole, key, value] = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"(?:,(?=.)|$)/.exec(rest) ?? []
    if (whole === undefined || key === undefined || value === undefined) throw new Error('no label')
    if (Object.hasOwn(labels, key)) throw new Error('a label comes twice')
    labels[key] = unescape(value)
    rest = rest.slice(whole.length)
  }
  return { name, labels, value: parseNumber(number) }
}

function parseNumber(text: string): number {
  if (text === '+Inf') return Number.POSITIVE_INFINITY
  if (text === '-Inf') return Number.NEGATIVE_INFINITY
  if (text === 'NaN') return Number.NaN
  if (!/^-?(\d+(\.\d+)?|\.\d+)([eE][+-]?\d+)?$/.test(text)) throw new Error(`no number: ${text}`)
  return Number(text)
}

function addSample(sample: ParsedSample, family: Draft | undefined, format: 'prometheus' | 'openmetrics'): void {
  if (family === undefined) throw new Error('a sample without a family')
  // The older format names a counter's family with its ending; OpenMetrics without.
  const stem = format === 'prometheus' && family.type === 'counter' ? family.name.replace(/_total$/, '') : family.name
  const endings = (ENDINGS[family.type] ?? []).filter((ending) => format === 'openmetrics' || ending !== '_created')
  if (!endings.some((ending) => stem + ending === sample.name))
    throw new Error(`${sample.name} is no sample of ${family.type} ${family.name}`)
  family.samples.push(sample)
}

function checkFamily({ name, type, samples }: ParsedFamily): void {
  const keys = samples.map((sample) => sample.name + keyOf(sample.labels))
  if (new Set(keys).size !== keys.length) throw new Error(`${name}: a series comes twice`)
  if (type !== 'histogram') return
  const series = new Map<string, ParsedSample[]>()
  for (const sample of samples) {
    const { le: _, ...rest } = sample.labels
    const key = keyOf(rest)
    series.set(key, [...(series.get(key) ?? []), sample])
  }
  for (const [key, members] of series) {
    const buckets = members.filter((sample) => sample.name === `${name}_bucket`)
    let [bound, count] = [Number.NEGATIVE_INFINITY, 0]
    for (const { labels, value } of buckets) {
      const next = parseNumber(labels['le'] ?? '')
      if (!(next > bound)) throw new Error(`${name}${key}: bounds do not increase`)
      if (!(value >= count)) throw new Error(`${name}${key}: buckets decrease`)
      bound = next
      count = value
    }
    if (bound !== Number.POSITIVE_INFINITY) throw new Error(`${name}${key}: no +Inf bucket`)
    if (members.find((sample) => sample.name === `${name}_count`)?.value !== count)
      throw new Error(`${name}${key}: +Inf is not the count`)
  }
}

function keyOf(labels: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
