// Content negotiation: which of the two formats a scraper prefers, and whether it takes gzip.
import type { TextFormat } from './text.ts'

interface Choice {
  readonly value: string
  readonly parameters: Readonly<Record<string, string>>
  readonly weight: number
}

/** OpenMetrics where `Accept` prefers its version 1.0.0, or asks for it as readily as for plain text; else the older format. */
export function formatFor(accept: string | null | undefined): TextFormat {
  const choices = parseList(accept)
  const open = choices.filter(
    ({ value, parameters }) => value === 'application/openmetrics-text' && (parameters['version'] ?? '1.0.0') === '1.0.0',
  )
  const openWeight = Math.max(0, ...open.map(({ weight }) => weight))
  const plain = choices.filter(
    ({ value, parameters }) => value === 'text/plain' && (parameters['version'] ?? '0.0.4') === '0.0.4',
  )
  const plainWeight = Math.max(0, ...plain.map(({ weight }) => weight))
  return openWeight > 0 && openWeight >= plainWeight ? 'openmetrics' : 'prometheus'
}

/** Whether `Accept-Encoding` allows gzip. */
export function acceptsGzip(acceptEncoding: string | null | undefined): boolean {
  const choices = parseList(acceptEncoding)
  const named = choices.find(({ value }) => value === 'gzip') ?? choices.find(({ value }) => value === '*')
  return named !== undefined && named.weight > 0
}

function parseList(header: string | null | undefined): readonly Choice[] {
  if (header === null || header === undefined) return []
  return header
    .slice(0, 4096)
    .split(',')
    .map((part) => {
      const [value = '', ...rest] = part.split(';').map((text) => text.trim())
      const parameters: Record<string, string> = {}
      for (const parameter of rest) {
        const [name = '', text = ''] = parameter.split('=', 2)
        parameters[name.trim().toLowerCase()] = text.trim().replace(/^"(.*)"$/, '$1')
      }
      const weight = Number(parameters['q'] ?? '1')
      return { value: value.toLowerCase(), parameters, weight: weight >= 0 && weight <= 1 ? weight : 0 }
    })
}
