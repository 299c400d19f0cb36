import { Button, Menu, MenuDivider, MenuItem, MenuList, MenuPopover, MenuTrigger } from '@fluentui/react-components';
import { MoreHorizontal20Regular } from '@fluentui/react-icons';
import { Fragment, type ReactElement } from 'react';

export interface MenuAction {
  readonly label: string;
  readonly icon?: ReactElement;
  readonly onSelect: () => void;
  /** Why it cannot be done now; shown under the label. */
  readonly disabledReason?: string | null;
  /** For example `Alt+↑`. */
  readonly keys?: string;
  readonly divided?: boolean;
}

interface ActionMenuProps {
  /** What the menu acts on, for its accessible name. */
  readonly label: string;
  readonly actions: readonly MenuAction[];
  readonly trigger?: ReactElement;
}

export function ActionMenu({ label, actions, trigger }: ActionMenuProps) {
  return (
    <Menu>
      <MenuTrigger disableButtonEnhancement>
        {trigger ?? (
          <Button
            appearance="subtle"
            size="small"
            icon={<MoreHorizontal20Regular />}
            aria-label={label}
            title={label}
          />
        )}
      </MenuTrigger>
      <MenuPopover>
        <MenuList hasIcons={actions.some(({ icon }) => icon !== undefined)}>
          {actions.map((action) => (
            <Fragment key={action.label}>
              {action.divided && <MenuDivider />}
              <MenuItem
                {...(action.icon ? { icon: action.icon } : {})}
                disabled={Boolean(action.disabledReason)}
                onClick={action.onSelect}
                {...(action.keys ? { secondaryContent: action.keys } : {})}
                {...(action.disabledReason ? { subText: action.disabledReason } : {})}
              >
                {action.label}
              </MenuItem>
            </Fragment>
          ))}
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
