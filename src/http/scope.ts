/** What a key can be allowed, and what that is, in the API's description. */
export const SCOPES = {
  'events:write': 'Post events and watermarks.',
  'rules:read': 'See streams and rules, check texts, read metrics.',
  'rules:write': 'Declare, change and delete streams and rules.',
  'alerts:read': 'See what came in and what the rules made of it: events, alerts, deliveries.',
  admin: 'All of it; and destinations, which say where alerts go.',
} as const;

export type Scope = keyof typeof SCOPES;

export const SCOPE_NAMES = Object.keys(SCOPES) as readonly Scope[];

export function isScope(text: string): text is Scope {
  return Object.hasOwn(SCOPES, text);
}

/** Whether a key with these scopes may do what needs that one: `admin` includes all. */
export function includes(scopes: readonly Scope[], needed: Scope): boolean {
  return scopes.includes(needed) || scopes.includes('admin');
}
