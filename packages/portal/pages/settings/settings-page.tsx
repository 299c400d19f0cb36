import { Tab, TabList } from '@fluentui/react-components';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { PageFrame } from '../../ui/page-frame.tsx';
import { AboutSection } from './about-section.tsx';
import { MySection } from './my-section.tsx';
import { ServerSection } from './server-section.tsx';

const sections = { server: 'Server', me: 'My account', about: 'About' } as const;
type SectionName = keyof typeof sections;

export function SettingsPage() {
  const search = useSearch({ from: '/signed-in/settings' });
  const navigate = useNavigate();
  const section: SectionName = Object.hasOwn(sections, search.section ?? '')
    ? (search.section as SectionName)
    : 'server';
  return (
    <PageFrame title="Settings">
      <TabList
        selectedValue={section}
        onTabSelect={(_event, { value }) => void navigate({ to: '/settings', search: { section: String(value) } })}
        style={{ marginBottom: 12, marginLeft: -10 }}
      >
        {(Object.keys(sections) as SectionName[]).map((name) => (
          <Tab key={name} value={name}>
            {sections[name]}
          </Tab>
        ))}
      </TabList>
      {section === 'server' && <ServerSection />}
      {section === 'me' && <MySection />}
      {section === 'about' && <AboutSection />}
    </PageFrame>
  );
}
