// What a check is and what it reports.

/** One defect, told so that a person can go to it. */
export interface Finding {
  /** Path from the root of the tree, with `/`. */
  readonly file?: string | undefined
  /** 1-based. */
  readonly line?: number | undefined
  readonly message: string
}

export interface CheckOptions {
  /** Rewrite what the check keeps under version control, in place of comparing it. Default `false`. */
  readonly update?: boolean | undefined
}

/** A pure function of a folder: it may run tools and write into ignored folders, and tells what it found. */
export interface Check {
  readonly name: string
  readonly about: string
  run(root: string, options?: CheckOptions): Promise<readonly Finding[]>
}

export function describeFinding({ file, line, message }: Finding): string {
  const place = file === undefined ? '' : line === undefined ? `${file}: ` : `${file}:${line}: `
  return place + message
}
