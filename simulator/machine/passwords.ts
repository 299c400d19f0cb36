/** The password of an account at its n-th change. It must never be seen outside a sign-in, so checks look for it. */
export const passwordOf = (user: string, version: number): string => `canary-password-${user}-${String(version)}`;
