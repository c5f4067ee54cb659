// No leak: who leaves a tab unfollows its prices.

import { startDashboard } from './dashboard.jsx';

class PriceStore {
  followers = new Set();

  priceOf(symbol) {
    return symbol.length;
  }

  follow(symbol, onPrice) {
    const follower = { symbol, onPrice };
    this.followers.add(follower);
    return () => this.followers.delete(follower);
  }
}

startDashboard(new PriceStore());
