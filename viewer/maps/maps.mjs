// The part of the page that maps answers: loaded when a source map is dropped, because the parser of scripts is large.

import { mapAnswer } from '../../lib/source-maps/answer.js';
import { Mapper } from '../../lib/source-maps/mapper.js';
import { answered } from '../../lib/source-maps/questions.js';
import { DroppedFiles } from './dropped.mjs';

export class SourceMaps {
  #warnings = new Set();
  #files = new DroppedFiles((text) => this.#warnings.add(text));
  #mapper;

  /** @param {File[]} files maps, and scripts for the names of their variables */
  async add(files) {
    for (const file of files) await this.#files.add(file);
    this.#mapper = new Mapper(() => this.#files, { canSumPackages: false });
  }

  get count() {
    return this.#files.mapCount;
  }

  get warnings() {
    return [...new Set([...this.#warnings, ...(this.#mapper?.warnings ?? [])])];
  }

  /**
   * Changes an answer.
   * @param {(question: object, before: number) => Promise<unknown>} ask
   */
  async map(answer, question, ask) {
    if (answer !== null && typeof answer === 'object') await answered(mapAnswer(answer, this.#mapper, question), ask);
    return answer;
  }
}
