// Public names of this entry.
export { CONTENT_TYPES, TEXT_FORMATS, prometheusText } from './text.ts'
export type { PrometheusTextOptions, TextFormat } from './text.ts'
export { DEFAULT_BOUNDS, DEFAULT_COUNT_BOUNDS } from '../families/bounds.ts'
export type { BoundsOption } from '../families/bounds.ts'
export { prometheusFetchHandler, prometheusHandler, serveMetrics } from './handler.ts'
export type { MetricsServer, ServeMetricsOptions } from './handler.ts'
export type { ScrapeOptions } from './scrape.ts'
