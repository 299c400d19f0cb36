import type { Command } from './command.ts';
import * as accountCreate from './commands/accounts/create.ts';
import * as accountList from './commands/accounts/list.ts';
import * as accountPassword from './commands/accounts/set-password.ts';
import { backup, restore } from './commands/backup.ts';
import { apiRequest } from './commands/api-request.ts';
import { resetPassword, setupCode } from './commands/at-the-machine.ts';
import { completionOf } from './commands/completion.ts';
import { configShow } from './commands/config-show.ts';
import * as connectionCreate from './commands/connections/create.ts';
import * as connectionDelete from './commands/connections/delete.ts';
import * as connectionList from './commands/connections/list.ts';
import * as connectionPassword from './commands/connections/set-password.ts';
import { preflight } from './commands/connections/preflight.ts';
import * as connectionShare from './commands/connections/share.ts';
import { doctor } from './commands/doctor.ts';
import { explain } from './commands/explain.ts';
import { actions } from './commands/flow/actions.ts';
import { check } from './commands/flow/check.ts';
import { fmt } from './commands/flow/fmt.ts';
import { run } from './commands/flow/run.ts';
import * as flowCreate from './commands/flows/create.ts';
import * as flowDelete from './commands/flows/delete.ts';
import * as flowList from './commands/flows/list.ts';
import * as flowSave from './commands/flows/save.ts';
import * as flowScript from './commands/flows/script.ts';
import * as flowShow from './commands/flows/show.ts';
import {
  gatewayConfirmJoin,
  gatewayEnrol,
  gatewayInstallService,
  gatewayKey,
  gatewayRecoveryKey,
  gatewayRestartHere,
  gatewayRun,
} from './commands/gateway/programs.ts';
import * as clusterCreate from './commands/gateway-clusters/create.ts';
import { clusters } from './commands/gateways/clusters.ts';
import * as clusterList from './commands/gateway-clusters/list.ts';
import * as clusterPlan from './commands/gateway-clusters/plan.ts';
import * as clusterSet from './commands/gateway-clusters/set.ts';
import * as clusterShow from './commands/gateway-clusters/show.ts';
import { declareGone } from './commands/gateways/declare-gone.ts';
import { disable, enable } from './commands/gateways/enable.ts';
import { gatewayDoctor } from './commands/gateways/doctor.ts';
import { enrolmentToken } from './commands/gateways/enrolment-token.ts';
import * as gatewayList from './commands/gateways/list.ts';
import { maintenance } from './commands/gateways/maintenance.ts';
import * as gatewayHistory from './commands/gateways/history.ts';
import { canary, putBack, setAside } from './commands/gateways/set-aside.ts';
import * as gatewayRemove from './commands/gateways/remove.ts';
import { gatewayRestart } from './commands/gateways/restart.ts';
import * as gatewaySet from './commands/gateways/set.ts';
import * as gatewayShow from './commands/gateways/show.ts';
import { helpExitCodes } from './commands/help-exit-codes.ts';
import { login } from './commands/login.ts';
import { logout } from './commands/logout.ts';
import { moveToTop } from './commands/run-queue/move-to-top.ts';
import { setPriority } from './commands/run-queue/set-priority.ts';
import * as queueShow from './commands/run-queue/show.ts';
import { why } from './commands/run-queue/why.ts';
import { undoMove } from './commands/run-queue/undo-move.ts';
import * as recoveryAccept from './commands/recovery/accept.ts';
import * as recoveryRuns from './commands/recovery/runs.ts';
import * as recoveryShow from './commands/recovery/show.ts';
import { cancel } from './commands/runs/cancel.ts';
import { events } from './commands/runs/events.ts';
import * as runList from './commands/runs/list.ts';
import { logs } from './commands/runs/logs.ts';
import { resubmit } from './commands/runs/resubmit.ts';
import { screen } from './commands/runs/screen.ts';
import * as runShow from './commands/runs/show.ts';
import { submit } from './commands/runs/submit.ts';
import { server } from './commands/server.ts';
import * as settingsSet from './commands/settings/set.ts';
import * as settingsShow from './commands/settings/show.ts';
import { up } from './commands/up/up.ts';
import { whoami } from './commands/whoami.ts';

/** Every command, in the order that help shows them. */
export const commands: readonly Command[] = [
  up,
  server,
  setupCode,
  resetPassword,
  login,
  logout,
  whoami,
  explain,
  doctor,
  apiRequest,
  completionOf(() => commands),
  check,
  run,
  fmt,
  actions,
  runList.list,
  runShow.show,
  submit,
  logs,
  events,
  screen,
  cancel,
  resubmit,
  queueShow.show,
  moveToTop,
  undoMove,
  setPriority,
  why,
  flowList.list,
  flowShow.show,
  flowCreate.create,
  flowSave.save,
  flowScript.script,
  flowDelete.remove,
  gatewayList.list,
  gatewayShow.show,
  gatewayDoctor,
  gatewayRestart,
  clusters,
  enable,
  disable,
  maintenance,
  setAside,
  putBack,
  canary,
  gatewayHistory.history,
  gatewaySet.set,
  enrolmentToken,
  declareGone,
  gatewayRemove.remove,
  clusterList.list,
  clusterShow.show,
  clusterPlan.plan,
  clusterCreate.create,
  clusterSet.set,
  connectionList.list,
  connectionCreate.create,
  connectionPassword.setPassword,
  connectionShare.share,
  preflight,
  connectionDelete.remove,
  accountList.list,
  accountCreate.create,
  accountPassword.setPassword,
  settingsShow.show,
  settingsSet.set,
  gatewayRun,
  gatewayEnrol,
  gatewayConfirmJoin,
  gatewayKey,
  gatewayRecoveryKey,
  gatewayRestartHere,
  gatewayInstallService,
  backup,
  restore,
  recoveryShow.show,
  recoveryRuns.runs,
  recoveryAccept.accept,
  configShow,
  helpExitCodes,
];
