// Secrets that are recognised by how they look, wherever they stand within a text.

/** A RegExp whose matches are replaced, or a function that returns the text with its secrets replaced by `censor`. */
export type RedactValue = RegExp | ((text: string, censor: string) => string)

/** `Bearer …` and `Basic …` credentials, as in an Authorization header. */
export const BEARER: RedactValue = /\b(?:bearer|basic)[ \t]{1,8}[A-Za-z0-9._~+/-]{4,}=*/gi

/** JSON Web Tokens: three base64url parts, of which the first is a JSON object. */
export const JWT: RedactValue = /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]*/g

/** PEM private keys; one that was cut is matched up to the end of the text. */
export const PRIVATE_KEY: RedactValue = /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[^]*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|$)/g

/** The user and password of a URL. */
export const URL_CREDENTIALS: RedactValue = /(?<=\b[a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/?#@]+(?:@[^\s/?#@]+)*(?=@)/gi

/** E-mail addresses. Not part of `SENSITIVE_VALUES`. */
export const EMAIL: RedactValue = /[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}\.){1,8}[A-Za-z]{2,24}/g

/** Payment card numbers of 13 to 19 digits, with or without spaces or hyphens, whose Luhn check digit is right. */
export const CARD_NUMBER: RedactValue = (text, censor) => text.replace(/\d(?:[ -]?\d){12,}/g, (run) => censorCards(run, censor))

/** The patterns above, without e-mail. */
export const SENSITIVE_VALUES: readonly RedactValue[] = Object.freeze([PRIVATE_KEY, JWT, BEARER, URL_CREDENTIALS, CARD_NUMBER])

function censorCards(run: string, censor: string): string {
  let out = ''
  let kept = 0
  for (let start = 0; start < run.length; start++) {
    if (!isDigit(run, start) || isDigit(run, start - 1)) continue
    const end = cardEnd(run, start)
    if (end < 0) continue
    out += run.slice(kept, start) + censor
    kept = end
    start = end - 1
  }
  return out + run.slice(kept)
}

/** The end of the longest card number that starts here, or -1. */
function cardEnd(run: string, start: number): number {
  let found = -1
  let digits = ''
  for (let i = start; i < run.length && digits.length <= 19; i++) {
    if (isDigit(run, i)) digits += run[i]
    if (digits.length >= 13 && digits.length <= 19 && isDigit(run, i) && !isDigit(run, i + 1) && luhn(digits)) found = i + 1
  }
  return found
}

function isDigit(text: string, index: number): boolean {
  const char = text.charCodeAt(index)
  return char >= 48 && char <= 57
}

function luhn(digits: string): boolean {
  let sum = 0
  for (let i = 0; i < digits.length; i++) {
    const digit = digits.charCodeAt(digits.length - 1 - i) - 48
    const value = i % 2 === 0 ? digit : digit * 2
    sum += value > 9 ? value - 9 : value
  }
  return sum % 10 === 0
}
