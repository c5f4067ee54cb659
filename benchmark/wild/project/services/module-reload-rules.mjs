class PriceRule {
  constructor(article) {
    this.article = article;
    this.from = article % 7;
    this.rebate = { percent: article % 30, note: `rebate of article ${article}` };
  }
}

class RuleBook {
  #byArticle = new Map(Array.from({ length: 120 }, (_, article) => [`a${article}`, new PriceRule(article)]));

  price(article, quantity) {
    const rule = this.#byArticle.get(article);
    return Math.round(quantity * 995 * (1 - (rule?.rebate.percent ?? 0) / 100));
  }
}

export const rules = new RuleBook();
