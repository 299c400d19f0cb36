import type { Gateway } from '@deskhand/protocol/http/gateways.ts';
import { api } from '../../api/client.ts';
import type { MenuAction } from '../../ui/action-menu.tsx';
import { noticeDone, noticeRefused } from '../../ui/notices.tsx';

/** What an admin does about a sick gateway, and what it comes to. */
const turns = {
  setAside: {
    act: api.setGatewayAside,
    done: (name: string) => `${name} is set aside and gets canary sign-ins alone; what runs there goes on.`,
  },
  putBack: { act: api.putGatewayBack, done: (name: string) => `${name} takes runs again.` },
  tryNow: {
    act: api.tryGatewayNow,
    done: (name: string) => `${name} is tried now; its history shows what comes of it.`,
  },
} as const;

interface SickActions {
  readonly putBack: (gateway: Gateway) => void;
  readonly menu: (gateway: Gateway) => readonly MenuAction[];
}

/** The entries of a gateway's menu that set it aside, or try it and put it back. */
export function sickActions(whyNot: string | null, refresh: () => Promise<unknown>): SickActions {
  const take = async (gateway: Gateway, turn: keyof typeof turns) => {
    try {
      await turns[turn].act({ params: { id: gateway.id } });
      noticeDone(turns[turn].done(gateway.name));
      await refresh();
    } catch (error) {
      noticeRefused(`${gateway.name} was not changed.`, error);
    }
  };
  const entry = (label: string, gateway: Gateway, turn: keyof typeof turns): MenuAction => ({
    label,
    onSelect: () => void take(gateway, turn),
    disabledReason: whyNot,
  });
  return {
    putBack: (gateway) => void take(gateway, 'putBack'),
    menu: (gateway) =>
      gateway.setAside
        ? [entry('Put back now', gateway, 'putBack'), entry('Try a canary sign-in now', gateway, 'tryNow')]
        : [entry('Set aside', gateway, 'setAside')],
  };
}
