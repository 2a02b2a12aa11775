using DaskVine.Client;

// Counts primes up to 8,000,000 in 16 pieces, on all cores.
await using var vine = await Vine.StartLocalAsync(workers: 1);
var counts = Enumerable.Range(0, 16).Select(piece => Delayed.Call(Primes.Count, piece * 500_000, 500_000)).ToArray();
var total = Delayed.Call<int>(Primes.Sum, [counts]);
Console.WriteLine($"{total.Compute(scheduler: vine.Get):N0} primes");

internal static class Primes
{
    public static int Count(int from, int count) => Enumerable.Range(from, count).Count(IsPrime);

    public static int Sum(int[] counts) => counts.Sum();

    private static bool IsPrime(int n) => n > 1 && Enumerable.Range(2, (int)Math.Sqrt(n) - 1).All(divisor => n % divisor != 0);
}
