/** What PAM modules may add to a session: language, tickets, proxies. Anything else would fight with what we set ourselves. */
const FROM_PAM =
  /^(LANG|LANGUAGE|LC_[A-Z]+|TZ|KRB5CCNAME|XDG_SESSION_ID|XDG_SEAT|XDG_VTNR|(https?|ftp|no|all)_proxy|MAIL)$/i;

export function fromPam(environment: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => FROM_PAM.test(name)));
}
