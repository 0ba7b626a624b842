// Runs in the sandbox: changes rows of customers. It sees the columns that it reads, and nothing else of the host.
function fingerprint(text) {
  let hash = 0xcbf29ce484222325n // FNV-1a, 64 bits
  for (const char of text) hash = ((hash ^ BigInt(char.codePointAt(0))) * 0x100000001b3n) & 0xffffffffffffffffn
  return hash.toString(36)
}

globalThis.maskRows = (table, rows) => {
  if (table !== 'customer') throw new Error(`no rule for ${table}`)
  return rows.map(({ email, profile }) => {
    const { theme } = JSON.parse(profile)
    return { email: `${fingerprint(email)}@example.com`, profile: JSON.stringify({ theme }) }
  })
}
