import { alarmSuite } from './alarms.ts';
import { loginSuite } from './login.ts';
import { platformSuite } from './platform.ts';
import { serviceSuite } from './service.ts';
import { stackSuite } from './stacks.ts';

// one file for all suites: each file would load CDK and make the stacks anew, which takes ten seconds
stackSuite();
platformSuite();
loginSuite();
serviceSuite();
alarmSuite();
