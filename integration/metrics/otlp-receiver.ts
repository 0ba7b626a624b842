// An OTLP/HTTP receiver on loopback that takes JSON and protobuf, plain or compressed, and keeps what came as one shape.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { gunzipSync } from 'node:zlib'
import { WireMessage } from './protobuf-reader.ts'

export interface ReceivedPoint {
  readonly attributes: Readonly<Record<string, string>>
  readonly startNs: bigint
  readonly timeNs: bigint
  readonly value?: number | undefined
  readonly count?: number | undefined
  readonly sum?: number | undefined
  readonly min?: number | undefined
  readonly max?: number | undefined
  readonly bounds?: readonly number[] | undefined
  readonly buckets?: readonly number[] | undefined
  readonly scale?: number | undefined
  readonly zeroCount?: number | undefined
  readonly offset?: number | undefined
}

export interface ReceivedMetric {
  readonly scope: string
  readonly name: string
  readonly unit: string
  readonly kind: 'gauge' | 'sum' | 'histogram' | 'exponentialHistogram'
  /** 2 is cumulative. */
  readonly temporality: number
  readonly monotonic: boolean
  readonly points: readonly ReceivedPoint[]
}

export interface ReceivedRequest {
  readonly path: string
  readonly contentType: string
  readonly compressed: boolean
  readonly metrics: readonly ReceivedMetric[]
}

export interface OtlpReceiver extends AsyncDisposable {
  readonly url: string
  readonly requests: readonly ReceivedRequest[]
}

export async function openOtlpReceiver(): Promise<OtlpReceiver> {
  const requests: ReceivedRequest[] = []
  const server = createServer((request, response) => {
    void receive(request).then(
      (received) => {
        requests.push(received)
        const json = received.contentType.includes('json')
        response.writeHead(200, { 'content-type': json ? 'application/json' : 'application/x-protobuf' })
        response.end(json ? '{}' : '')
      },
      (error: unknown) => {
        response.writeHead(400)
        response.end(String(error))
      },
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}/v1/metrics`,
    requests,
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

async function receive(request: IncomingMessage): Promise<ReceivedRequest> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const compressed = request.headers['content-encoding'] === 'gzip'
  const whole = Buffer.concat(chunks)
  const body = compressed ? gunzipSync(whole) : whole
  const contentType = request.headers['content-type'] ?? ''
  const metrics = contentType.includes('json') ? fromJson(JSON.parse(body.toString()) as JsonRequest) : fromProtobuf(body)
  return { path: request.url ?? '', contentType, compressed, metrics }
}

interface JsonPoint {
  readonly attributes?: readonly { readonly key: string; readonly value: { readonly stringValue: string } }[]
  readonly startTimeUnixNano: string
  readonly timeUnixNano: string
  readonly asDouble?: number
  readonly count?: number | string
  readonly sum?: number
  readonly min?: number
  readonly max?: number
  readonly explicitBounds?: readonly number[]
  readonly bucketCounts?: readonly (number | string)[]
  readonly scale?: number
  readonly zeroCount?: number | string
  readonly positive?: { readonly offset: number; readonly bucketCounts: readonly (number | string)[] }
}

interface JsonData {
  readonly dataPoints: readonly JsonPoint[]
  readonly aggregationTemporality?: number
  readonly isMonotonic?: boolean
}

interface JsonRequest {
  readonly resourceMetrics: readonly {
    readonly scopeMetrics: readonly {
      readonly scope: { readonly name: string }
      readonly metrics: readonly ({ readonly name: string; readonly unit: string } & {
        readonly [Kind in ReceivedMetric['kind']]?: JsonData
      })[]
    }[]
  }[]
}

const KINDS = ['gauge', 'sum', 'histogram', 'exponentialHistogram'] as const

function fromJson({ resourceMetrics }: JsonRequest): readonly ReceivedMetric[] {
  return resourceMetrics.flatMap(({ scopeMetrics }) =>
    scopeMetrics.flatMap(({ scope, metrics }) =>
      metrics.map((metric) => {
        const kind = KINDS.find((name) => metric[name] !== undefined)
        if (kind === undefined) throw new TypeError(`${metric.name} has no data`)
        const { dataPoints = [], aggregationTemporality = 0, isMonotonic = false } = metric[kind] ?? {}
        const head = { scope: scope.name, name: metric.name, unit: metric.unit, kind }
        return { ...head, temporality: aggregationTemporality, monotonic: isMonotonic, points: dataPoints.map(jsonPoint) }
      }),
    ),
  )
}

function jsonPoint(point: JsonPoint): ReceivedPoint {
  const counts = point.positive?.bucketCounts ?? point.bucketCounts
  return {
    attributes: Object.fromEntries((point.attributes ?? []).map(({ key, value }) => [key, value.stringValue])),
    startNs: BigInt(point.startTimeUnixNano),
    timeNs: BigInt(point.timeUnixNano),
    value: point.asDouble,
    count: point.count === undefined ? undefined : Number(point.count),
    sum: point.sum,
    min: point.min,
    max: point.max,
    bounds: point.explicitBounds,
    buckets: counts?.map(Number),
    scale: point.scale,
    zeroCount: point.zeroCount === undefined ? undefined : Number(point.zeroCount),
    offset: point.positive?.offset,
  }
}

/** Numbers of the fields: opentelemetry/proto/metrics/v1/metrics.proto. */
const DATA_FIELDS = { gauge: 5, sum: 7, histogram: 9, exponentialHistogram: 10 } as const

function fromProtobuf(body: Uint8Array): readonly ReceivedMetric[] {
  return new WireMessage(body).messages(1).flatMap((resource) =>
    resource.messages(2).flatMap((scoped) =>
      scoped.messages(2).map((metric) => {
        const kind = KINDS.find((name) => metric.message(DATA_FIELDS[name]) !== undefined)
        const data = kind === undefined ? undefined : metric.message(DATA_FIELDS[kind])
        if (kind === undefined || data === undefined) throw new TypeError(`${metric.text(1)} has no data`)
        const head = { scope: scoped.message(1)?.text(1) ?? '', name: metric.text(1), unit: metric.text(3), kind }
        const temporality = kind === 'gauge' ? 0 : Number(data.unsigned(2))
        return {
          ...head,
          temporality,
          monotonic: data.unsigned(3) === 1n,
          points: data.messages(1).map((point) => wirePoint(kind, point)),
        }
      }),
    ),
  )
}

function wirePoint(kind: ReceivedMetric['kind'], point: WireMessage): ReceivedPoint {
  const attributesAt = kind === 'histogram' ? 9 : kind === 'exponentialHistogram' ? 1 : 7
  const base = {
    attributes: Object.fromEntries(point.messages(attributesAt).map((pair) => [pair.text(1), pair.message(2)?.text(1) ?? ''])),
    startNs: point.unsigned(2),
    timeNs: point.unsigned(3),
  }
  if (kind === 'gauge' || kind === 'sum') return { ...base, value: point.double(4) }
  const totals = { count: Number(point.unsigned(4)), sum: point.double(5) }
  if (kind === 'histogram') {
    const buckets = point.fixed64s(6).map(Number)
    return { ...base, ...totals, min: point.double(11), max: point.double(12), bounds: point.doubles(7), buckets }
  }
  const positive = point.message(8)
  return {
    ...base,
    ...totals,
    min: point.double(12),
    max: point.double(13),
    scale: point.signed(6),
    zeroCount: Number(point.unsigned(7)),
    offset: positive?.signed(1) ?? 0,
    buckets: positive?.varints(2).map(Number) ?? [],
  }
}
