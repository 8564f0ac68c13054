import { test } from 'node:test';
import { noPath } from './no-path.ts';

void test('leads there', noPath);
