// Where the engine keeps what plain data consists of.

/** Offsets in bytes from the start of the structure that is named first. */
export interface ObjectLayout {
  readonly classOffset: number
  readonly plainClass: number
  readonly arrayClass: number
  readonly objectShape: number
  readonly objectValues: number
  readonly arrayValues: number
  readonly arrayCount: number
  readonly shapeCount: number
  readonly shapePrototype: number
  /** The first property's atom; each further one is 8 bytes on. */
  readonly shapeAtom: number
  /** From an atom to the word with its property's flags. */
  readonly flagsFromAtom: number
  readonly flagsShift: number
  /** From the runtime to the address of the table of atoms. */
  readonly atomTable: number
  readonly textLength: number
  /** The word that tells names from symbols, in its two upper bits. */
  readonly textKind: number
  /** Bits of that word that are set in texts whose characters lie elsewhere; 0: there are none. */
  readonly textElsewhere: number
  readonly textStart: number
  /** What the upper half of a boxed number in floating point lacks, modulo 2^32. */
  readonly floatAddend: number
  /** Tag of a text in several parts; -1: none. */
  readonly ropeTag: number
}

/** Flags of a property. */
export const ENUMERABLE = 4
export const NO_PLAIN_VALUE = 0x30
/** An atom with this bit is an index. */
export const INDEX_ATOM: number = 0x8000_0000
/** The upper bits of `textKind` in an atom that is a name. */
export const NAME_ATOM = 1
