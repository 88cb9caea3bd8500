/** Cookies of ours: how they are named, written and read, with TLS and without. */
export interface Cookie {
  /** As browsers send it back. */
  name: string
  /** Value of Set-Cookie; null takes the cookie away. */
  write(value: string | null, maxAgeS?: number): string
  read(header: string | undefined): string | null
}

/** @param secure true when people reach us by https only */
export function createCookie(plainName: string, secure: boolean): Cookie {
  // The prefix keeps a neighbouring host from planting a cookie of this name; browsers allow it over https only.
  const name = secure ? `__Host-${plainName}` : plainName
  const attributes = `Path=/; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`
  return {
    name,
    write: (value, maxAgeS) => {
      const age = value === null ? 0 : maxAgeS
      return `${name}=${value ?? ''}; ${attributes}${age === undefined ? '' : `; Max-Age=${age}`}`
    },
    read(header) {
      for (const part of (header ?? '').split(';')) {
        const at = part.indexOf('=')
        if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim() || null
      }
      return null
    },
  }
}
