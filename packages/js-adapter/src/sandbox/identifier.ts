// Names that a global of the guest can have without quotes.

export const IDENTIFIER: RegExp = /^[A-Za-z_$][\w$]*$/
