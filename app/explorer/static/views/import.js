// @ts-check
import { html } from "../base/html.js";
export default () => html`<h1>Import</h1>`;
