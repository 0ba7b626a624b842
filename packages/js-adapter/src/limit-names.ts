// The closed set of limits that stop something at the host.

export const LIMIT_NAMES = [
  'operationMs',
  'hardMs',
  'wallMs',
  'cpuMs',
  'maxInterrupts',
  'memoryBytes',
  'stackBytes',
  'maxJobsPerDrain',
  'maxSourceBytes',
  'maxResultBytes',
  'maxResultNodes',
  'maxEntryDepth',
] as const
export type LimitName = (typeof LIMIT_NAMES)[number]
