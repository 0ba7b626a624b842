// Members of records whose names come from a database: never those that every object inherits.

/** The record's own member, or `undefined`: a column may be named `constructor`. */
export function ownMember<T>(record: Readonly<Record<string, T>> | null | undefined, name: string): T | undefined {
  return record !== null && record !== undefined && Object.hasOwn(record, name) ? record[name] : undefined
}
