import { closeSync, existsSync, lstatSync, openSync, writeSync } from 'node:fs';

export const PAM_SERVICE = 'deskhand';

/**
 * Our own service, so that the machine's owner can set rules for Deskhand alone. It follows the machine's common rules;
 * limits and environment are what every sign-in program of Debian adds to them.
 */
export function serviceText(commonFiles: 'debian' | 'red-hat' | 'none'): string {
  const head = '# Sign-ins by Deskhand. Written once by its gateway; change it as you like.\n';
  const extra = 'session required pam_limits.so\nsession required pam_env.so readenv=1\n';
  if (commonFiles === 'debian')
    return `${head}@include common-auth\n@include common-account\n${extra}@include common-session\n`;
  if (commonFiles === 'red-hat') {
    return `${head}auth substack password-auth\naccount include password-auth\n${extra}session include password-auth\n`;
  }
  return `${head}auth required pam_unix.so\naccount required pam_unix.so\n${extra}session required pam_unix.so\n`;
}

/** Written when missing; undefined when it can be used, else the sentence that says what to mend. */
export function ensurePamService(folder = '/etc/pam.d'): string | undefined {
  const path = `${folder}/${PAM_SERVICE}`;
  try {
    if (!existsSync(path)) {
      const common = existsSync(`${folder}/common-auth`)
        ? 'debian'
        : existsSync(`${folder}/password-auth`)
          ? 'red-hat'
          : 'none';
      const file = openSync(path, 'wx', 0o644);
      writeSync(file, serviceText(common));
      closeSync(file);
    }
    const found = lstatSync(path);
    const trusted = found.isFile() && found.uid === 0 && (found.mode & 0o022) === 0;
    return trusted
      ? undefined
      : `${path} must be a file of root's that nobody else can write: chown root:root ${path} && chmod 644 ${path}`;
  } catch (error) {
    return `${path} cannot be written, so no password can be checked: ${error instanceof Error ? error.message : String(error)}`;
  }
}
