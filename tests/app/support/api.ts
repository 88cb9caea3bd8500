/** A signed-in user of the HTTP interface, as a script would be: keeps the cookie, speaks JSON. */
export interface Answer<T> {
  status: number
  body: T
}

export interface Api {
  get<T>(path: string): Promise<Answer<T>>
  post<T>(path: string, body?: unknown): Promise<Answer<T>>
  /** Any request below the server's address, with the cookie. */
  raw(path: string, init?: RequestInit): Promise<Response>
}

/** Signs in; throws unless the server takes it. */
export async function signIn(url: string, user: string, password: string): Promise<Api> {
  const response = await fetch(`${url}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user, password }),
  })
  if (response.status !== 200) throw new Error(`sign-in of ${user}: ${response.status} ${await response.text()}`)
  const cookie = response.headers
    .getSetCookie()
    .map(line => line.split(';')[0])
    .join('; ')
  const raw = (path: string, init: RequestInit = {}) =>
    fetch(url + path, { ...init, headers: { cookie, ...(init.headers as Record<string, string>) } })
  const json = async <T>(path: string, init?: RequestInit): Promise<Answer<T>> => {
    const answer = await raw(`/api/v1${path}`, init)
    const text = await answer.text()
    return { status: answer.status, body: (text ? JSON.parse(text) : undefined) as T }
  }
  return {
    raw,
    get: path => json(path),
    post: (path, body = {}) =>
      json(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  }
}
