import type { AskedPerson, PersonNotice, Persons } from '../ports/persons.ts';

/** One person at a machine, who sees what is asked and presses what a test says. */
export class FakePersons implements Persons {
  readonly notices: PersonNotice[] = [];
  readonly signedOut: string[] = [];
  cannotAsk: string | undefined;
  /** Why a session that is signed out does not end. */
  staysFor: string | undefined;
  isOpen = false;
  press: (key: string) => void = () => undefined;

  async ask(): Promise<AskedPerson | { readonly because: string }> {
    if (this.cannotAsk !== undefined) return { because: this.cannotAsk };
    this.isOpen = true;
    return {
      show: async (notice) => {
        this.notices.push(notice);
        return null;
      },
      onPress: (listener) => {
        this.press = listener;
      },
      close: () => {
        this.isOpen = false;
      },
    };
  }

  async signOut({ user }: { readonly user: string }) {
    this.signedOut.push(user);
    return this.staysFor === undefined ? { ok: true as const } : { ok: false as const, because: this.staysFor };
  }
}
