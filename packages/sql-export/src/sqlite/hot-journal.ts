// Rolls back a hot rollback journal, which node-sqlite3-wasm never does: it takes the lock that it made itself for a writer's.
import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'

const MAGIC = Buffer.from('d9d505f920a163d7', 'hex')
const HEADER_BYTES = 28
const PENDING_BYTE = 0x40000000

interface SegmentHeader {
  readonly records: number
  readonly nonce: number
  readonly databasePages: number
  readonly sectorBytes: number
  readonly pageBytes: number
}

/** What `rollBackHotJournal` did. */
export interface JournalRecovery {
  readonly pagesRestored: number
}

/** Name of the rollback journal of a database file. */
export function journalPath(path: string): string {
  return `${path}-journal`
}

/** Whether the file has a journal that a crash left behind: one that has content and whose header was not wiped. */
export function hasHotJournal(path: string): boolean {
  const journal = journalPath(path)
  if (!existsSync(journal)) return false
  const fd = openSync(journal, 'r')
  try {
    const header = Buffer.alloc(HEADER_BYTES)
    return (
      readSync(fd, header, 0, HEADER_BYTES, 0) === HEADER_BYTES && header.subarray(0, 8).equals(MAGIC) && isSuperJournalThere(fd)
    )
  } finally {
    closeSync(fd)
  }
}

/**
 * Restores the pages that the journal holds, truncates the file to its size before the transaction, syncs it and deletes the
 * journal, as SQLite's file format document ("The Rollback Journal") describes. Nobody else may have the file open.
 * A journal that is not hot (wiped, too short, or of a finished transaction over several files) is only deleted.
 */
export function rollBackHotJournal(path: string): JournalRecovery {
  const journal = journalPath(path)
  let pagesRestored = 0
  if (hasHotJournal(path) && statSync(path).size > 0) {
    const journalFd = openSync(journal, 'r')
    try {
      const databaseFd = openSync(path, 'r+')
      try {
        pagesRestored = replay(journalFd, databaseFd)
        fsyncSync(databaseFd)
      } finally {
        closeSync(databaseFd)
      }
    } finally {
      closeSync(journalFd)
    }
  }
  if (existsSync(journal)) unlinkSync(journal)
  syncDirectory(dirname(path))
  return { pagesRestored }
}

function replay(journalFd: number, databaseFd: number): number {
  const journalBytes = fstatSync(journalFd).size
  const restored = new Set<number>()
  let at = 0
  let originalPages = -1
  for (;;) {
    const header = readHeader(journalFd, at, journalBytes)
    if (header === undefined) return restored.size
    const { nonce, sectorBytes, pageBytes } = header
    if (originalPages === -1) {
      originalPages = header.databasePages
      ftruncateSync(databaseFd, originalPages * pageBytes)
    }
    at += sectorBytes
    const recordBytes = pageBytes + 8
    const available = Math.floor((journalBytes - at) / recordBytes)
    // 0xffffffff: the journal was never synced, and the file's size tells the number of records
    const records = header.records === 0xffffffff ? available : Math.min(header.records, available)
    const record = Buffer.alloc(recordBytes)
    for (let i = 0; i < records; i++, at += recordBytes) {
      if (readSync(journalFd, record, 0, recordBytes, at) !== recordBytes) return restored.size
      const page = record.readUInt32BE(0)
      const content = record.subarray(4, 4 + pageBytes)
      if (page === 0 || page === Math.floor(PENDING_BYTE / pageBytes) + 1) return restored.size
      if (record.readUInt32BE(4 + pageBytes) !== checksum(content, nonce)) return restored.size
      if (page > originalPages || restored.has(page)) continue
      writeSync(databaseFd, content, 0, pageBytes, (page - 1) * pageBytes)
      restored.add(page)
    }
    if (records < header.records) return restored.size
    at = Math.ceil(at / sectorBytes) * sectorBytes // the next segment begins on a sector
  }
}

function readHeader(fd: number, at: number, journalBytes: number): SegmentHeader | undefined {
  const header = Buffer.alloc(HEADER_BYTES)
  if (at + HEADER_BYTES > journalBytes || readSync(fd, header, 0, HEADER_BYTES, at) !== HEADER_BYTES) return undefined
  if (!header.subarray(0, 8).equals(MAGIC)) return undefined
  const pageBytes = header.readUInt32BE(24)
  const sectorBytes = header.readUInt32BE(20)
  const isPower = (n: number, least: number, most: number): boolean => n >= least && n <= most && (n & (n - 1)) === 0
  if (!isPower(pageBytes, 512, 65536) || !isPower(sectorBytes, 32, 65536)) return undefined
  return {
    records: header.readUInt32BE(8),
    nonce: header.readUInt32BE(12),
    databasePages: header.readUInt32BE(16),
    sectorBytes,
    pageBytes,
  }
}

function checksum(page: Buffer, nonce: number): number {
  let sum = nonce
  for (let i = page.length - 200; i > 0; i -= 200) sum = (sum + (page[i] ?? 0)) >>> 0
  return sum
}

/** A transaction over several files ends its journals with the name of a super-journal; once that is gone, it had committed. */
function isSuperJournalThere(fd: number): boolean {
  const size = fstatSync(fd).size
  const tail = Buffer.alloc(16)
  if (size < 16 || readSync(fd, tail, 0, 16, size - 16) !== 16 || !tail.subarray(8).equals(MAGIC)) return true
  const nameBytes = tail.readUInt32BE(0)
  if (nameBytes === 0 || nameBytes > size - 16) return true
  const name = Buffer.alloc(nameBytes)
  readSync(fd, name, 0, nameBytes, size - 16 - nameBytes)
  const sum = name.reduce((total, byte) => (total + ((byte << 24) >> 24)) | 0, 0)
  return sum >>> 0 !== tail.readUInt32BE(4) || existsSync(name.toString('utf8'))
}

function syncDirectory(path: string): void {
  if (process.platform === 'win32') return
  const fd = openSync(path, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}
