// Public names of this entry.
export { summaryTable } from './summary-table.ts'
export type { SummaryTableOptions } from './summary-table.ts'
export { sparkline } from './sparkline.ts'
export { histogramSvg, seriesSvg } from './svg.ts'
export type { SeriesBar, SvgOptions } from './svg.ts'
